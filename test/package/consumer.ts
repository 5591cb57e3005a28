import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../src/temporal-cli/cache-dir.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** npm's cache of packages, but not what npx installs by them: that is gone with the folder. */
function npmCache(root: string): string {
  const kept = join(process.env.npm_config_cache ?? join(homedir(), '.npm'), '_cacache');
  const cache = join(root, 'npm-cache');
  for (const folder of [kept, cache]) mkdirSync(folder, { recursive: true });
  symlinkSync(kept, join(cache, '_cacache'));
  return cache;
}

/** The programs that were fetched, and nothing else: what is kept of this folder's modules goes with the folder. */
function batonCache(root: string): string {
  const cache = join(root, 'baton-cache');
  mkdirSync(cache);
  for (const name of readdirSync(cacheDir())) {
    if (!['compiled', 'workflows'].includes(name)) symlinkSync(join(cacheDir(), name), join(cache, name));
  }
  return cache;
}

/** Where packages come from, and whom to trust there, is a matter of the machine. */
const OF_THE_MACHINE =
  /^(NODE_EXTRA_CA_CERTS|npm_config_(registry|cafile|ca|(https?_?|no)?_?proxy|userconfig|globalconfig))$/i;

/** The surroundings of a person at a terminal: nothing of this test run's npm, server and folders, but its Node. */
function environment(root: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => OF_THE_MACHINE.test(name) || !/^(npm_|BATON_|TEMPORAL_|NODE_|JEST_)/i.test(name),
  );
  const cache = batonCache(root);
  return {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    // Only so that the Temporal CLI and the packages are not fetched anew, and no module is compiled twice.
    BATON_CACHE_DIR: cache,
    NODE_COMPILE_CACHE: join(cache, 'compiled'),
    npm_config_cache: npmCache(root),
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

/** A folder outside of the checkout in which the package is used as its users do. */
export function createConsumer() {
  const root = mkdtempSync(join(tmpdir(), 'baton-package-'));
  const env = environment(root);

  /** Runs a program to its end. What it said on standard output, or an error with all that it said. */
  function run(command: string, args: string[], cwd = root, more: NodeJS.ProcessEnv = {}): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    execFile(command, args, { cwd, env: { ...env, ...more }, maxBuffer: 50_000_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`));
      else resolve(stdout);
    });
    return promise;
  }

  /** A program that stays up, in a process group of its own as at a terminal. Disposing of it is Ctrl-C. */
  async function up(command: string, args: string[], { cwd, ready }: { cwd: string; ready: RegExp }) {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = Promise.withResolvers<void>();
    const isReady = Promise.withResolvers<void>();
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (ready.test(output)) isReady.resolve();
      });
    }
    child.on('error', isReady.reject).on('close', () => {
      isReady.reject(new Error(`${command} ${args.join(' ')} ended:\n${output}`));
      closed.resolve();
    });
    await isReady.promise;
    return {
      /** Asks the program itself to end, as a supervisor does; resolves once whatever it started has ended too. */
      terminate(): Promise<void> {
        child.kill('SIGTERM');
        return closed.promise;
      },
      async [Symbol.asyncDispose]() {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
        await closed.promise;
      },
    };
  }

  return {
    /** Where everything is done. */
    root,
    checkout: CHECKOUT,
    run,
    up,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
