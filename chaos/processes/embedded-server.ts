import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Process id of the server that `baton dev` started in this data folder, if it lives. */
function pidIn(dataDir: string): number | undefined {
  const path = join(dataDir, 'temporal.json');
  if (!existsSync(path)) return undefined;
  const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
  // The number alone may be another process's by now.
  const line = `/proc/${pid}/cmdline`;
  return existsSync(line) && readFileSync(line, 'utf8').includes(dataDir) ? pid : undefined;
}

/** The embedded server as something that can be killed and frozen; starting it is for `baton dev`. */
export function embeddedServer(dataDir: string) {
  function signal(name: NodeJS.Signals) {
    const pid = pidIn(dataDir);
    try {
      if (pid !== undefined) process.kill(pid, name);
    } catch {
      // It went meanwhile.
    }
  }
  return {
    name: 'temporal',
    isAlive: () => pidIn(dataDir) !== undefined,
    pid: () => pidIn(dataDir),
    kill: signal,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}
