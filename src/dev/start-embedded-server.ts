import { spawn, type SpawnOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { BatonError } from '../contracts/baton-error.ts';
import { choosePorts } from './choose-ports.ts';
import { listensOn } from './listens-on.ts';
import { prepareNamespace } from './prepare-namespace.ts';
import { commandLineOf } from './process-info.ts';
import { serverFlags } from './server-flags.ts';
import { serverLog } from './server-log.ts';
import { livingServer, readServerRecord, writeServerRecord } from './server-record.ts';
import { stopProcessGroup } from './stop-process-group.ts';
import { waitUntil } from './wait-until.ts';

/** How long the server may take until it answers, in milliseconds: a busy machine starts it slowly. */
const START_LIMIT_MS = 60_000;

/** How often to look whether a server that was taken over still runs, in milliseconds. */
const LOOK_MS = 1_000;

/** Any that the system gives. */
const NO_PORTS = { port: 0, ui_port: 0 };

export type EmbeddedServer = {
  address: string;
  uiUrl: string;
  /** Leads the process group of the server. */
  pid: number;
  /** Whether a server that outlived its starter was taken over. */
  adopted: boolean;
  /** Resolves when the process has ended, and says how. */
  ended: Promise<string>;
  /** Ends the server's process; its database stays. */
  stop(): Promise<void>;
};

type Options = {
  dataDir: string;
  cliPath: string;
  port?: number;
  retentionDays?: number;
  /** Whether Temporal's own ports are tried first, where its tools look for a server. @default true */
  usualPorts?: boolean;
  /** Called when the server's process is there: from now on there is only waiting until it answers. */
  onLaunch?: () => void;
};

/** The server makes its database as the umask says, which a process may change in its main thread only. */
function privately<T>(work: () => T): T {
  if (!isMainThread) return work();
  const before = process.umask(0o077);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

/**
 * The environment of the server: without what names another Temporal, whose profile its program would read as well, and
 * with a user and a home, which it cannot do without where the user has a number only, as in containers.
 */
function serverEnvironment(dataDir: string): NodeJS.ProcessEnv {
  const { USER, HOME, ...rest } = process.env;
  const own = Object.entries(rest).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(own), USER: USER || 'baton', HOME: HOME || dataDir };
}

function launch(cliPath: string, args: string[], { dataDir, logPath }: { dataDir: string; logPath: string }) {
  const log = openSync(logPath, 'a', 0o600);
  const env = serverEnvironment(dataDir);
  // A process group of its own: Ctrl-C in the terminal must not end the server before the worker that needs it.
  const options: SpawnOptions = { cwd: dataDir, detached: true, stdio: ['ignore', log, log], env };
  const child = privately(() => spawn(resolve(cliPath), args, options));
  closeSync(log);
  const { promise: ended, resolve: settle } = Promise.withResolvers<string>();
  child.on('error', (error) => settle(`it cannot be run: ${error.message}`));
  child.on('exit', (code, signal) => settle(`it ended with ${signal ?? `exit code ${code}`}`));
  child.unref();
  return { pid: child.pid, ended };
}

/** Of a process that another one started, nothing tells when it ends. */
async function untilGone(pid: number): Promise<string> {
  while (commandLineOf(pid) !== undefined) await sleep(LOOK_MS, undefined, { ref: false });
  return 'it ended';
}

/**
 * Brings up a Temporal server with its UI on a SQLite file in the data folder. A server that outlived its starter and
 * has the same flags is adopted, one with other flags is stopped first. One caller per data folder: see `ownDataDir`.
 *
 * @throws BatonError when the wished port is taken or the server does not come up; the message has what its log says
 */
export async function startEmbeddedServer(options: Options): Promise<EmbeddedServer> {
  const { cliPath, port: wished, retentionDays = 30, usualPorts = true } = options;
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const flags = serverFlags(dataDir);
  const flags_sha256 = createHash('sha256')
    .update(JSON.stringify([cliPath, flags]))
    .digest('hex');

  type Running = Pick<EmbeddedServer, 'pid' | 'adopted' | 'ended'> & { port: number; uiPort: number };
  function running({ port, uiPort, ...how }: Running): EmbeddedServer {
    const stop = () => stopProcessGroup(how.pid);
    return { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, ...how, stop };
  }
  // Somebody else's server may answer at the port, of which nothing is asked.
  const ready = async (pid: number, port: number) =>
    listensOn(pid, port) && prepareNamespace({ address: `127.0.0.1:${port}`, retentionDays });

  const orphan = livingServer(dataDir);
  if (orphan) {
    const fits = orphan.flags_sha256 === flags_sha256 && (wished === undefined || wished === orphan.port);
    if (fits && (await waitUntil(() => ready(orphan.pid, orphan.port), { timeoutMs: 10_000 }))) {
      const { pid, port, ui_port: uiPort } = orphan;
      return running({ pid, port, uiPort, adopted: true, ended: untilGone(pid) });
    }
    await stopProcessGroup(orphan.pid);
  }

  const log = serverLog(join(dataDir, 'temporal.log'));

  async function startOn({ port, uiPort }: { port: number; uiPort: number }): Promise<EmbeddedServer> {
    const { pid, ended } = launch(cliPath, [...flags, '--port', String(port), '--ui-port', String(uiPort)], {
      dataDir,
      logPath: log.path,
    });
    const exited = ended.then((how) => Promise.reject(new Error(how)));
    exited.catch(() => undefined);
    let over = false;
    if (pid === undefined) return exited;
    try {
      options.onLaunch?.();
      writeServerRecord(dataDir, { pid, port, ui_port: uiPort, flags_sha256 });
      const isUp = async () => over || ready(pid, port);
      const came = await Promise.race([exited, waitUntil(isUp, { timeoutMs: START_LIMIT_MS })]);
      if (!came) throw new Error(`it did not answer within ${START_LIMIT_MS / 1_000} s`);
    } catch (error) {
      await stopProcessGroup(pid);
      throw error;
    } finally {
      // The server's end must not leave the question whether it is up behind.
      over = true;
    }
    return running({ pid, port, uiPort, adopted: false, ended });
  }

  try {
    const last = readServerRecord(dataDir) ?? (usualPorts ? undefined : NO_PORTS);
    return await startOn(await choosePorts({ wished, last })).catch(async (error: unknown) => {
      // Somebody took the port after it was found free; a wished one is not given up.
      if (wished !== undefined || !log.lostPort()) throw error;
      return startOn(await choosePorts({ last: NO_PORTS }));
    });
  } catch (cause) {
    if (cause instanceof BatonError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `the embedded Temporal server (${cliPath}) did not start: ${why}; its log ${log.path} says\n  ${log.telling()}`;
    throw new BatonError('NetworkError', message, { cause });
  }
}
