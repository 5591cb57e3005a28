import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { connect } from '../../../src/client.ts';
import { openFeedSource } from '../../../src/client/feed-source.ts';
import type { PlanResult } from '../../../src/contracts/plan.ts';
import type { RunOutcome } from '../../../src/contracts/run.ts';
import { freePort } from '../../../src/dev/free-port.ts';
import { signToken } from '../../../src/gateway/auth/sign-token.ts';
import { openStore } from '../../../src/notifier/open-store.ts';
import { createRandom } from '../random-of.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { faultsOf, type Faults } from './faults-of.ts';
import { soakApp, soakPlan } from './soak-app.ts';
import { harass, type Blows } from './harass.ts';
import { startSoakProcesses } from './soak-processes.ts';
import { watchFeed, type WatchedFeed } from './watch-feed.ts';

const SECRET = 'a secret of the soak, long enough for HS256';
const HOUR_MS = 3_600_000;
/** How long clients may take to have everything once all runs have ended, in milliseconds. */
const CATCH_UP_LIMIT_MS = 30_000;
/** How long a run may be refused its start or its end once everything is up again, in milliseconds. */
const PATIENCE_MS = 60_000;

export type SoakOptions = Blows & {
  address: string;
  /** Prebuilt bundle of the tests' workflows. */
  codePath: string;
  seed: number;
  users: number;
  runsPerUser: number;
  /** Runs that each user has at once. */
  atOnce: number;
  workers: number;
};

type Figures = { runs: number; events: number; seconds: number; cuts: number; connections: number };
export type SoakReport = {
  figures: Figures & Record<'workersKilled' | 'gatewaysRestarted' | 'redisKilled' | 'sentTwice' | 'resyncs', number>;
  faults: Faults;
};

/** Tries again while what it needs is down. */
async function patiently<T>(work: () => Promise<T>, downMs: number): Promise<T> {
  const until = performance.now() + downMs + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await wait(200);
    }
  }
}

/**
 * Runs of many users while workers and Redis are killed with -9, the gateway is restarted and connections are cut, and
 * what was wrong with the feeds from the clients' side: of those who watched all the time, and of one per user who came
 * at the end.
 */
export async function soakFeed(options: SoakOptions): Promise<SoakReport> {
  const { address, codePath, seed, users: userCount, runsPerUser, atOnce, workers } = options;
  const downMs = Math.max(options.downMs, options.redisDownMs ?? 0);
  const began = performance.now();
  const dataDir = mkdtempSync(join(tmpdir(), 'baton-soak-'));
  const taskQueue = `soak-${randomUUID()}`;
  const port = (await freePort(0)) as number;
  const env = { BATON_JWT_SECRET: SECRET };
  const processes = await startSoakProcesses({ address, codePath, taskQueue, dataDir, port, workers, env });
  const { storeUrl } = processes;
  const proxy = await startCuttingProxy({ port });
  const store = await openStore({ url: storeUrl });
  const feed = await openFeedSource({ storeUrl, fsync: 'normal' });
  const connection = await Connection.connect({ address });
  const total = userCount * runsPerUser;
  const users = Array.from({ length: userCount }, (_, n) => `user_${n + 1}`);
  const outcomes = new Map(users.map((user) => [user, new Map<string, RunOutcome<PlanResult>>()]));
  const ended = () => [...outcomes.values()].reduce((sum, { size }) => sum + size, 0);

  const watch = async (user: string) => {
    const token = await signToken({ user, ttlMs: HOUR_MS, jwt: { secret: SECRET, userClaim: 'sub' } });
    return { user, ...watchFeed({ url: proxy.url, token }) };
  };

  async function runAll(user: string, lane: number) {
    const shared = { connection, feed, dataConverter: {} };
    const client = await connect({ user, app: soakApp, address, namespace: 'default', taskQueue, shared });
    const random = createRandom(seed + users.indexOf(user) * 100 + lane);
    for (let n = lane; n < runsPerUser; n += atOnce) {
      while (begun >= allowed) await wait(20);
      begun += 1;
      await wait(200 * random());
      const input = { plan: soakPlan, input: { owner: user, pace_ms: 10 + Math.round(30 * random()) } };
      const handle = await patiently(() => client.start('runPlan', input, { requestId: `request-${n}` }), downMs);
      outcomes.get(user)?.set(handle.runId, await patiently(() => handle.result(), downMs));
    }
  }

  let [begun, allowed, cuts] = [0, 0, 0];
  const done = new AbortController();
  async function cutAtRandom() {
    const random = createRandom(seed + 1);
    while (!done.signal.aborted) {
      await wait(30 + 200 * random());
      if (proxy.cut(random())) cuts += 1;
    }
  }

  async function faultsSeenBy(watched: WatchedFeed & { user: string }): Promise<Faults> {
    const { user, seen } = watched;
    const own = outcomes.get(user) ?? new Map();
    const log = await store.log.read({ userId: user, after: 0, limit: Number.MAX_SAFE_INTEGER });
    await watched.reached(log.length, CATCH_UP_LIMIT_MS);
    return faultsOf({ user, seen, folded: watched.folded() }, { log, outcomes: own });
  }

  try {
    const watching = await Promise.all(users.map(watch));
    const random = createRandom(seed);
    const reached = async (share: number) => {
      while (ended() < share * total) await wait(20);
    };
    const cutting = cutAtRandom();
    const allow = (share: number) => (allowed = Math.ceil(share * total));
    const harassing = harass(options, { processes, random, allow, reached });
    const lanes = users.flatMap((user) => Array.from({ length: atOnce }, (_, lane) => runAll(user, lane)));
    await Promise.all([harassing, ...lanes]);
    done.abort();
    await cutting;
    const late = await Promise.all(users.map(watch));
    const all = [...watching, ...late];
    const found = await Promise.all(all.map(faultsSeenBy));
    await Promise.all(all.map(({ close }) => close()));
    const merged = (kind: keyof Faults) => found.flatMap((faults) => faults[kind]);
    const sum = (of: keyof WatchedFeed['wire']) => all.reduce((count, { wire }) => count + wire[of], 0);
    return {
      figures: {
        runs: total,
        events: watching.reduce((count, { seen }) => count + seen.length, 0),
        seconds: (performance.now() - began) / 1_000,
        workersKilled: processes.killed.workers,
        gatewaysRestarted: processes.killed.gateways,
        redisKilled: processes.killed.redis,
        cuts,
        connections: sum('connections'),
        sentTwice: sum('doubled'),
        resyncs: sum('resyncs'),
      },
      faults: {
        lost: merged('lost'),
        doubled: merged('doubled'),
        outOfOrder: merged('outOfOrder'),
        foreign: merged('foreign'),
        wrongEnds: merged('wrongEnds'),
      },
    };
  } finally {
    done.abort();
    await proxy.stop();
    await connection.close();
    await feed.close();
    await store.close();
    await processes.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
