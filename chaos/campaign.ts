// One campaign: the plan of the seed, the product under load and faults, and the records of what everybody saw.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { actOn, createAnswering, type World } from './clients/act.ts';
import { createCaller, type Caller } from './clients/caller.ts';
import { createEnds } from './clients/ends.ts';
import { tokenOf } from './clients/token-of.ts';
import { watchSocket } from './clients/watch-socket.ts';
import { watchStream } from './clients/watch-stream.ts';
import type { Watcher } from './clients/watcher.ts';
import { watchSlowly } from './clients/watch-slowly.ts';
import { injectEnds } from './faults/inject-ends.ts';
import { injectLog } from './faults/inject-log.ts';
import { injectNet } from './faults/inject-net.ts';
import { injectRedis } from './faults/inject-redis.ts';
import { injectTemporal } from './faults/inject-temporal.ts';
import { planFaults, type PlannedFault, type StoreKind } from './faults/plan-faults.ts';
import { startBank } from './load/bank.ts';
import { planLoad, type PlannedRun } from './load/plan-load.ts';
import { mayMount } from './processes/own-disk.ts';
import { createStage, type Layout, type Stage } from './processes/stage.ts';
import { seeded } from './random.ts';
import type { FaultLine } from './records/lines.ts';
import { measureProcess, measureSpool, measureTemp } from './records/measure.ts';
import { createKeeper, type Keeper } from './records/keeper.ts';
import { openRecorder, type Recorder } from './records/recorder.ts';

const SECRET = 'a secret of the campaign, long enough for HS256';
/** Clients' connections are cut so long after each other, on average, in milliseconds. */
const CUT_EVERY_MS = 1_500;
/** How long nothing may be heard once everything has ended, before the campaign looks at what is left, in milliseconds. */
const SETTLE_MS = 1_500;
/** After so long without any event the campaign asks for runs that seem to go on, in milliseconds. */
const ASK_AFTER_MS = 5_000;
/** How long clients may take to read all of the feed once everything is quiet, in milliseconds. */
const READ_LIMIT_MS = 30_000;

export type CampaignOptions = {
  seed: number;
  /** How long the load lasts, in milliseconds. */
  ms: number;
  store?: StoreKind;
  layout?: Layout;
  /** Faults, or sorts of them, to be had alone. @default all that are possible */
  only?: string[];
  users?: number;
  /** Runs that are asked for, a minute. */
  perMinute?: number;
  everyMs?: number;
  /** Longest time that a fault lasts, in milliseconds. */
  mostFaultMs?: number;
  /** How long each fault lasts, in milliseconds, where that is to be the same. */
  faultMs?: number;
  /** How long runs may take to end once everything is healed, in milliseconds. */
  quietLimitMs?: number;
  /** Folder for the records and for everything that the product writes. */
  folder: string;
  say?: (line: string) => void;
};

export type Plan = {
  seed: number;
  layout: Layout;
  store: StoreKind;
  /** Whether disks can be mounted here; without that, `disk:full` is left out. */
  mayMount: boolean;
  runs: PlannedRun[];
  faults: PlannedFault[];
};

/** What a campaign does: a pure function of its options, and of whether disks can be mounted here. */
export function planCampaign(options: CampaignOptions, place = { mayMount: mayMount() }): Plan {
  const { seed, ms, store = 'sqlite', only = [], users = 6, perMinute = 60, everyMs = 12_000 } = options;
  const { mostFaultMs: mostMs, faultMs: lastMs } = options;
  const random = seeded(seed);
  const chosen: Layout = random.chance(0.5) ? 'dev' : 'roles';
  const layout = options.layout ?? (store === 'sqlite' ? chosen : 'roles');
  const runs = planLoad({ random, users, ms, perMinute });
  const faults = planFaults({ random, layout, store, ms, everyMs, only, mostMs, lastMs, ...place });
  return { seed, layout, store, ...place, runs, faults };
}

export async function runCampaign(options: CampaignOptions): Promise<Plan> {
  const { folder, ms, quietLimitMs = 180_000, say = () => undefined } = options;
  const plan = planCampaign(options);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan), { mode: 0o600 });
  const recorder = openRecorder(folder);
  const bank = await startBank({ record: (line) => recorder.write('bank', line) });
  const began = performance.now();
  const clock = () => `${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s`;
  const tell = (line: string) => say(`${clock()}  ${line}`);
  const note = (line: Omit<FaultLine, 'at'>) => {
    recorder.write('faults', { at: Date.now(), ...line });
    tell(`${line.phase.padEnd(7)} ${line.fault}${line.note ? `: ${line.note}` : ''}`);
  };
  const { layout, store } = plan;
  const ownDisk = plan.faults.some(({ fault }) => fault === 'disk:full');
  const stage = await createStage({
    ...{ layout, store, folder, bankUrl: bank.url, secret: SECRET, ownDisk, say: tell },
    onUnexpectedEnd: (end) => {
      recorder.write('leaks', { what: 'unexpected_end', at: Date.now(), ...end });
      tell(`${end.name} ended by itself with ${end.code}`);
    },
  });
  const keeper = createKeeper({ stage, recorder });
  try {
    await stage.start();
    tell(`up: ${stage.roles.map(({ name }) => name).join(', ')}`);
    await underLoad({ plan, stage, recorder, keeper, note, tell, ms, quietLimitMs, receiptFor: bank.receiptFor });
    // A run's end is in the log before Temporal has closed it.
    await keeper.untilClosed();
    await keeper.keepTemporal();
    const late = await stage.endRoles();
    for (const name of late) note({ n: null, fault: 'stop', phase: 'note', note: `${name} did not end at SIGTERM` });
    await keeper.keepLog();
    recorder.write('leaks', measureTemp(stage.temp));
    return plan;
  } finally {
    await stage.stop();
    await bank.stop();
    recorder.close();
  }
}

type Running = {
  plan: Plan;
  stage: Stage;
  recorder: Recorder;
  keeper: Keeper;
  note: (line: Omit<FaultLine, 'at'>) => void;
  tell: (line: string) => void;
  ms: number;
  quietLimitMs: number;
  receiptFor: (run: string) => string | undefined;
};

async function underLoad({ plan, stage, recorder, keeper, note, tell, ms, quietLimitMs, receiptFor }: Running) {
  const over = new AbortController();
  const record: World['record'] = (line) => recorder.write('clients', line);
  const users = [...new Set(plan.runs.map(({ user }) => user))].toSorted();
  const callers = new Map<string, Caller>();
  const own = (user: string) => ({ user, url: stage.toGateway.url, token: tokenOf(user, SECRET), record });
  for (const user of users) callers.set(user, createCaller(own(user)));
  const { temporal } = keeper;
  const world: World = {
    callerOf: (user) => callers.get(user) as Caller,
    record,
    temporal,
    receiptFor,
    signal: over.signal,
  };
  const ends = createEnds();
  const answer = createAnswering(world, new Map(plan.runs.map((each) => [each.run, each])));
  const onEvent: Parameters<typeof watchSocket>[0]['onEvent'] = (event) => {
    ends.hear(event);
    void answer(event);
  };
  const watchers: Watcher[] = users.flatMap((user, n) => [
    watchSocket({ ...own(user), onEvent, onSnapshot: (asked) => asked.forEach((each) => void answer(each)) }),
    ...(n % 2 ? [watchStream({ ...own(user), onEvent: () => undefined })] : []),
  ]);
  const slow = users.slice(0, 2).map((user) => watchSlowly({ ...own(user), onEvent: () => undefined }));
  watchers.push(...slow);
  const pauseReaders = async (forMs: number) => {
    await Promise.all(slow.map((each) => each.pause(forMs)));
    return slow.map(({ user }) => user).join(', ');
  };
  const measure = (when: 'warm' | 'quiet') => {
    for (const each of [...stage.roles, stage.temporal ?? stage.embedded]) {
      const line = each && measureProcess(each.name, each.pid(), when);
      if (line) recorder.write('leaks', line);
    }
  };
  measure('warm');

  const start = Date.now();
  const until = (at: number) => wait(Math.max(0, start + at - Date.now()));
  const acting = plan.runs.map(async (planned) => {
    await until(planned.at);
    await actOn(world, planned);
  });
  const cuts = seeded(plan.seed + 1);
  const cutting = (async () => {
    while (Date.now() < start + ms) {
      await wait(2 * CUT_EVERY_MS * cuts.next());
      stage.toGateway.cutOne(cuts.next());
    }
  })();
  const there = { stage, note, ...keeper };
  const todo = {
    ...{ ...injectEnds(there), ...injectRedis(there), ...injectLog(there), ...injectTemporal(there) },
    ...injectNet({ ...there, pauseReaders }),
  };
  for (const fault of plan.faults) {
    await until(fault.at);
    note({ n: fault.n, fault: fault.fault, phase: 'begins', note: `for ${fault.ms} ms` });
    const done = todo[fault.fault];
    const said = await done?.(fault);
    note({ n: fault.n, fault: fault.fault, phase: done ? 'ends' : 'skipped', note: said || undefined });
  }
  await until(ms);
  await cutting;
  tell('the load is over; waiting until everything has ended');

  const giveUpAt = Date.now() + quietLimitMs;
  const giveUp = setTimeout(() => over.abort(), quietLimitMs);
  await Promise.all(acting);
  const accepted = plan.runs.map(({ run }) => run);
  while (Date.now() < giveUpAt && !(ends.all(accepted) && ends.quietFor(SETTLE_MS))) {
    await wait(100);
    if (!ends.quietFor(ASK_AFTER_MS)) continue;
    // An end that left the log before its reader came is told to nobody.
    for (const { run, user } of plan.runs.filter((each) => !ends.has(each.run))) {
      const view = await callers.get(user)?.call({ method: 'GET', path: `/v1/runs/${run}`, run });
      const isOver = view?.body?.ended_at ?? (view?.status === 404 && !(await keeper.isOpen(run)));
      if (isOver) ends.hear({ type: 'run_completed', run_id: run });
    }
    await wait(ASK_AFTER_MS);
  }
  clearTimeout(giveUp);
  const open = accepted.filter((run) => !ends.has(run));
  tell(open.length === 0 ? 'everything has ended' : `without an end: ${open.slice(0, 10).join(', ')}`);
  over.abort();

  for (const { run, user } of plan.runs) {
    await callers.get(user)?.call({ method: 'GET', path: `/v1/runs/${run}`, run });
  }
  for (const user of users) {
    let cursor: unknown = '';
    do {
      const query: string = cursor ? `&cursor=${encodeURIComponent(String(cursor))}` : '';
      const page = await callers.get(user)?.call({ method: 'GET', path: `/v1/runs?limit=200${query}` });
      cursor = page?.body?.next_cursor;
    } while (cursor);
  }
  const late = users.map((user) => watchSocket({ ...own(user), client: 'late', onEvent: () => undefined }));
  const heads = new Map(
    users.map((user) => [user, Math.max(...watchers.flatMap((w) => (w.user === user ? w.last() : [])))]),
  );
  const readUntil = Date.now() + READ_LIMIT_MS;
  const isRead = () => [...watchers, ...late].every((each) => each.last() >= (heads.get(each.user) ?? 0));
  while (Date.now() < readUntil && !isRead()) await wait(50);
  await Promise.all([...watchers, ...late].map((each) => each.close()));
  await wait(SETTLE_MS);
  measure('quiet');
  recorder.write('leaks', measureSpool(stage.dataDir));
}
