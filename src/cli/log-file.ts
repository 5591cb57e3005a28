import { closeSync, fstatSync, openSync, realpathSync, renameSync, writeSync } from 'node:fs';

/** Size at which a log file becomes the old one, in bytes; the one that was old before is deleted. */
const MAX_BYTES = 10 * 1024 ** 2;

type Options = {
  path: string;
  /** @default 10485760 */
  maxBytes?: number;
  /** Called when lines begin to be lost. */
  onTrouble: (error: NodeJS.ErrnoException) => void;
};

function writeAll(fd: number, text: string) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  return bytes.length;
}

/**
 * Where a logger writes to: a file that never exceeds `maxBytes`, with the one before it beside it as `.1`. Each line is
 * written at once: what a killed process was doing is what one looks for here. A line that cannot be written is lost and
 * counted, and ends nothing.
 */
export function openLogFile({ path, maxBytes = MAX_BYTES, onTrouble }: Options) {
  let file: { fd: number; size: number; isRegular: boolean } | undefined;
  let lost = 0;

  function open() {
    const fd = openSync(path, 'a', 0o600);
    const stats = fstatSync(fd);
    return { fd, size: stats.size, isRegular: stats.isFile() };
  }

  function put(line: string) {
    file ??= open();
    if (file.isRegular && file.size > 0 && file.size + line.length > maxBytes) {
      closeSync(file.fd);
      file = undefined;
      // Of a link, what it leads to: the link itself stays.
      const real = realpathSync(path);
      renameSync(real, `${real}.1`);
      file = open();
    }
    file.size += writeAll(file.fd, line);
  }

  return {
    write(line: string): void {
      try {
        if (lost > 0)
          put(`${JSON.stringify({ level: 40, time: Date.now(), msg: `${lost} lines could not be written` })}\n`);
        lost = 0;
        put(line);
      } catch (error) {
        if (lost === 0) onTrouble(error as NodeJS.ErrnoException);
        lost += 1;
      }
    },
  };
}
