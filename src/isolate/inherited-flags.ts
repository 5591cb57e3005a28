/** Flags of Node that say how modules are found and read; a child that lacked them could not load the agent's module. */
const KEPT =
  /^(-r|--require|--import|--(experimental-)?loader|-C|--conditions|--enable-source-maps|--preserve-symlinks)$/;

/** Those of a process's own flags that its children need. Not those of debuggers, profilers and memory. */
export function inheritedFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    const [name = '', value] = flag.split('=');
    if (!KEPT.test(name)) return [];
    const next = flags[index + 1];
    const takesNext = value === undefined && next !== undefined && !next.startsWith('-');
    return takesNext ? [flag, next] : [flag];
  });
}
