import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkGiven } from '../contracts/number-fault.ts';
import { optionsFault } from '../contracts/option-names.ts';
import { startEmbeddedServer } from '../dev/start-embedded-server.ts';
import { ensureTemporalCli } from '../temporal-cli/ensure-temporal-cli.ts';

const GUARD = fileURLToPath(new URL(`./server-guard${extname(import.meta.url)}`, import.meta.url));

const say = (line: string) => void process.stderr.write(`${line}\n`);

export type TestServer = {
  /** What `testApp` takes as `address`, and other processes by BATON_TEST_ADDRESS. */
  address: string;
  /** Temporal's own page about what ran on this server. */
  uiUrl: string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** A process that stops the server and removes its folder once this process is gone, however it ended. */
function guard(dataDir: string) {
  // A group of its own: what interrupts the tests must not end the guard with them.
  const child = spawn(process.execPath, [GUARD, dataDir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  // Of a guard that is gone already.
  child.stdin.on('error', () => undefined);
  child.unref();
  // A pipe is a socket here, which the type does not say.
  (child.stdin as unknown as { unref(): void }).unref();

  return async function end() {
    child.ref();
    child.stdin.end();
    await exited;
  };
}

/**
 * Starts a Temporal server of its own on free ports, with a database in a temporary folder, tuned like the one of
 * `baton dev`. It ends with the process that started it, also if that one is killed.
 *
 * @throws BatonError `NetworkError` when there is no Temporal CLI and none can be fetched, or the server does not come up
 */
export async function startTestServer(
  options: {
    /** Removed at the end. @default a temporary folder */
    dataDir?: string;
  } = {},
): Promise<TestServer> {
  checkGiven('startTestServer: ', { 'its options': optionsFault<typeof options>(options, { dataDir: true }) });
  const { dataDir } = options;
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'baton-test-server-')));
  const cliPath = await ensureTemporalCli({ say });
  const endGuard = guard(folder);
  const server = await startEmbeddedServer({ dataDir: folder, cliPath, usualPorts: false }).catch(
    async (error: unknown) => {
      await endGuard();
      throw error;
    },
  );
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop().then(endGuard));
  return { address: server.address, uiUrl: server.uiUrl, stop, [Symbol.asyncDispose]: stop };
}
