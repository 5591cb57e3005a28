import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownMounts } from './own-mounts.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm start` runs once set-up is done. */
const AS_NPM_START = `
import { runCommand } from './scripts/lib/run-command.mjs';
runCommand(['node', ...process.argv.slice(1)]);
`;

type Options = {
  dataDir: string;
  env?: NodeJS.ProcessEnv;
  /** Under the process that `npm start` keeps above the command; `child` is that one. @default false */
  asNpmStart?: boolean;
  /** Folder that lies on a disk with no room, as this command sees it. What it leaves there is said on stderr. */
  fullDisk?: string;
  /** Size of that disk in kilobytes. @default 64, which is full from the start */
  diskKb?: number;
};

const ON_FULL_DISK = `
mount -t tmpfs -o size=$1k none "$0" && shift && "$@"
code=$?
ls -A "$0" | sed 's/^/left: /' >&2
exit $code
`;

function onFullDisk(folder: string, diskKb: number): string[] {
  const mounts = ownMounts();
  if (!mounts) throw new Error('nothing may be mounted here');
  return [...mounts, 'sh', '-c', ON_FULL_DISK, folder, String(diskKb)];
}

/** A child process of the real command, whose output can be waited for. */
export function spawnBaton(args: string[], { dataDir, env = {}, asNpmStart = false, fullDisk, diskKb = 64 }: Options) {
  const own = { ...process.env, TEMPORAL_ADDRESS: undefined, BATON_DATA_DIR: dataDir, ...env };
  const above = asNpmStart ? ['--input-type=module', '-e', AS_NPM_START] : [];
  const namespace = fullDisk === undefined ? [] : onFullDisk(fullDisk, diskKb);
  const [program = '', ...rest] = [...namespace, process.execPath, ...above, 'bin/baton.mjs', ...args];
  const child = spawn(program, rest, {
    cwd: PROJECT,
    env: own,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const closed = Promise.withResolvers<number | null>();
  child.on('close', (code) => {
    closed.resolve(code);
    for (const listener of listeners) listener();
  });

  /** Resolves once the pattern was printed; rejects when the process ends without it. */
  function until(pattern: RegExp): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    function check() {
      if (pattern.test(output.stderr) || pattern.test(output.stdout)) resolve();
      else if (child.exitCode !== null || child.signalCode !== null)
        reject(new Error(`baton ${args.join(' ')} ended before ${pattern}:\n${output.stderr}`));
      else return;
      listeners.delete(check);
    }
    listeners.add(check);
    check();
    return promise;
  }

  return { child, output, until, closed: closed.promise };
}

/** Runs the real command to its end. */
export async function runBaton(args: string[], options: Options) {
  const { output, closed } = spawnBaton(args, options);
  const code = await closed;
  return { code, ...output };
}

/** A folder that is removed when the block ends. */
export async function temporaryDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'baton-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
