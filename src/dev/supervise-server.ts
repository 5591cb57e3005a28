import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { channelArgs } from '../temporal/loopback.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { boundServerLog } from './server-log.ts';
import type { EmbeddedServer } from './start-embedded-server.ts';

/** Most restarts within so many milliseconds: a server that ends again and again has a cause that a person must look at. */
const MAX_RESTARTS = 5;
const RESTARTS_WITHIN_MS = 600_000;

/** Wait before a restart that follows one that failed, in milliseconds. */
const RETRY_MS = 1_000;

/** How often the server is asked whether it answers, and how long it has for it, in milliseconds. */
const ASK_EVERY_MS = 5_000;
const ANSWER_MS = 5_000;

/** Unanswered questions in a row after which a server that still runs is killed and started again. */
const MAX_UNANSWERED = 12;

type Options = {
  /** Starts the server; with a port, on that one and no other. */
  start: (how?: { port: number }) => Promise<EmbeddedServer>;
  logPath: string;
  say: (line: string) => void;
};

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({
      address,
      connectTimeout: ANSWER_MS,
      channelArgs: channelArgs(address),
    });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

/**
 * Starts an embedded server and keeps it up: one that has ended is started again on its database and its port, so that
 * worker, gateway and clients find it where it was, and one that hangs is reported, and killed after a minute. `failed`
 * rejects once it cannot be kept up.
 *
 * @throws BatonError when the server does not come up in the first place
 */
export async function superviseServer({ start, logPath, say }: Options) {
  let server = await start();
  const { address } = server;
  const port = Number(new URL(`http://${address}`).port);
  const restarts: number[] = [];
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  let stopped = false;
  let watching: NodeJS.Timeout | undefined;

  /** The last resort of a process that ends without its shutdown; one that is killed leaves the server to the next start. */
  function endWithProcess() {
    try {
      process.kill(-server.pid, 'SIGTERM');
    } catch {
      // It has ended.
    }
  }
  process.once('exit', endWithProcess);

  async function startAgain(how: string): Promise<void> {
    const began = performance.now();
    for (let why = how; !stopped;) {
      const recent = restarts.filter((at) => performance.now() - at < RESTARTS_WITHIN_MS);
      if (recent.length >= MAX_RESTARTS) {
        const message = `the embedded Temporal server cannot be kept up: ${why}, after ${MAX_RESTARTS} restarts within ${RESTARTS_WITHIN_MS / 60_000} minutes; see ${logPath}`;
        return fail(new BatonError('NetworkError', message));
      }
      restarts.push(performance.now());
      say(`the embedded Temporal server on ${address}: ${why}; starting it again; see ${logPath}`);
      try {
        // What is left of its group may hold the port.
        await server.stop();
        if (stopped) return;
        server = await start({ port });
        say(`the embedded Temporal server answers again after ${seconds(began)}; runs go on`);
        return watch();
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
        await sleep(RETRY_MS);
      }
    }
  }

  function watch() {
    const watched = server;
    let unanswered = 0;
    let silentSince = 0;

    async function look() {
      const asked = performance.now();
      try {
        boundServerLog(logPath);
      } catch {
        // A disk that is full, or a log that is gone.
      }
      const answered = await answers(address);
      if (stopped || watched !== server) return;
      // This process itself stood still meanwhile, and so has no word of anybody.
      const blocked = performance.now() - asked > ANSWER_MS * 1.5;
      if (answered) {
        if (unanswered > 0) say(`the embedded Temporal server answers again after ${seconds(silentSince)}`);
        unanswered = 0;
      } else if (!blocked) {
        unanswered += 1;
        if (unanswered === 1) {
          silentSince = asked;
          say(
            `the embedded Temporal server on ${address} (process ${watched.pid}) runs but does not answer; nothing goes on until it does`,
          );
        }
        if (unanswered >= MAX_UNANSWERED) process.kill(watched.pid, 'SIGKILL');
      }
      again();
    }
    function again() {
      watching = setTimeout(() => void look(), ASK_EVERY_MS).unref();
    }

    again();
    void watched.ended.then((how) => {
      clearTimeout(watching);
      if (!stopped) return startAgain(how);
    });
  }
  watch();

  return {
    address,
    uiUrl: server.uiUrl,
    adopted: server.adopted,
    /** Rejects when the server has ended and cannot be started again. */
    failed,
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(watching);
      await server.stop();
      process.off('exit', endWithProcess);
    },
  };
}
