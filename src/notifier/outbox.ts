import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { BatonError } from '../contracts/baton-error.ts';
import type { NewEvent } from '../contracts/event.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import type { Seal } from '../payload/seal.ts';
import type { Leases } from './leases.ts';
import type { Notifier } from './notifier.ts';
import { openSpool } from './spool-file.ts';

export type OutboxOptions = {
  /** Folder of the spool files, on a disk that outlives the process. */
  folder: string;
  /** Events kept in memory before they go to the spool file. @default 2000 */
  maxInMemory?: number;
  /** Size of the spool file past which thoughts are dropped, in bytes; past twice of it everything is. @default 64 MiB */
  maxSpoolBytes?: number;
  /** First wait before the log is tried again, doubling to 2 s, in milliseconds. @default 100 */
  retryMs?: number;
  /** How long a publisher waits for the log before the outbox holds its event, in milliseconds. @default 100 */
  patienceMs?: number;
  /** Seals what goes to the spool file. @default nothing is sealed */
  seal?: Seal;
  /**
   * How often an event is tried that the log refuses without saying that it is away; then it is put aside, in
   * `put-aside.jsonl` of the folder. At the usual waits the default is half a minute. @default 20
   */
  mostRefusals?: number;
  /** Called with each event that was put aside, and why the log refused it last. */
  onPutAside?: (event: NewEvent, error: unknown) => void;
  /** Where other processes see that this outbox is delivering what it held. @default they do not */
  leases?: Pick<Leases, 'acquire' | 'release'>;
};

export type Outbox = Required<Notifier> & {
  /** Resolves once everything taken so far is in the log. */
  delivered(): Promise<void>;
  /** Stops trying; what is left goes to the spool file, for the next process on this disk. */
  close(): Promise<void>;
};

const MAX_RETRY_MS = 2_000;

/** Pool of leases in which each outbox has a place that is delivering what it held: a run's end must not overtake that. */
export const OUTBOX_POOL = 'outboxes';

/** How long such a place is taken after its process died, in milliseconds, and how many there may be. */
const PLACE_MS = 10_000;
const MOST_PLACES = 100_000;

/** Shows other processes that an outbox is delivering; a store that does not take that keeps no event from its log. */
function createPlace(leases: OutboxOptions['leases']) {
  const id = randomUUID();
  const lease = {
    holder: `outbox-${id}`,
    exec: `outbox.1.${Date.now()}`,
    pools: [{ name: OUTBOX_POOL, limit: MOST_PLACES }],
  };
  let takenAt = Number.NEGATIVE_INFINITY;
  return {
    async take() {
      if (performance.now() - takenAt < PLACE_MS / 3) return;
      takenAt = performance.now();
      await leases?.acquire({ ...lease, ttlMs: PLACE_MS }).catch(() => undefined);
    },
    async leave() {
      if (takenAt === Number.NEGATIVE_INFINITY) return;
      takenAt = Number.NEGATIVE_INFINITY;
      await leases?.release(lease).catch(() => undefined);
    },
  };
}

/**
 * A notifier that takes every event, whether or not the log can: what it refuses waits in memory, then in a file, and
 * is delivered in order once it can be. An event is in the outbox until the log has it.
 */
export function withOutbox(
  notifier: Notifier,
  {
    folder,
    maxInMemory = 2_000,
    maxSpoolBytes = 64 * 2 ** 20,
    retryMs = 100,
    patienceMs = 100,
    seal,
    leases,
    mostRefusals = 20,
    onPutAside,
  }: OutboxOptions,
): Outbox {
  const spool = openSpool(folder, seal);
  const place = createPlace(leases);
  const dropped = new Map<string, NewEvent & { type: 'events_dropped' }>();
  const held = new Set<string>();
  let waiting: NewEvent[] = [];
  let spooled = false;
  let stopped = false;
  /** How often the first of those that wait was refused. */
  let refusals = 0;
  let working: Promise<void> | undefined;
  const stop = new AbortController();

  function drop(event: NewEvent) {
    held.delete(event.id);
    const key = `${event.workflow_id} ${event.exec}`;
    const count = (dropped.get(key)?.payload.count ?? 0) + 1;
    dropped.set(key, { ...event, id: `${event.id}:dropped`, type: 'events_dropped', payload: { count } });
  }

  function keep(event: NewEvent) {
    // Throws for what no log can take; kept, it would be tried for ever and hold up all behind it.
    JSON.stringify(event);
    held.add(event.id);
    if (!spooled && waiting.length < maxInMemory) return void waiting.push(event);
    const full = spool.size() >= maxSpoolBytes;
    if ((full && event.type === 'agent_thinking') || spool.size() >= 2 * maxSpoolBytes) return drop(event);
    try {
      spool.write([event]);
      spooled = true;
    } catch {
      // The disk is full or gone as well.
      drop(event);
    }
  }

  function refill() {
    spool.delivered();
    waiting = [...spool.take(), ...dropped.values()];
    spooled = false;
    dropped.clear();
  }

  /** Resolves once the event is in the log, or was refused so often that it would hold up all behind it for ever. */
  async function settle(event: NewEvent): Promise<void> {
    try {
      await notifier.publish(event);
    } catch (error) {
      // An outage is waited for, however long it is.
      if (!isUnavailable(error)) refusals += 1;
      if (refusals < mostRefusals) throw error;
      spool.putAside(event);
      onPutAside?.(event, error);
    }
    refusals = 0;
  }

  async function work() {
    let delay = retryMs;
    while (!stopped) {
      try {
        // The disk may be away as well as the log.
        if (waiting.length === 0) refill();
        const [event] = waiting;
        if (!event) break;
        await settle(event);
        waiting.shift();
        held.delete(event.id);
        delay = retryMs;
        if (waiting.length > 0 || spooled) await place.take();
      } catch {
        await setTimeout(delay, undefined, { signal: stop.signal }).catch(() => undefined);
        delay = Math.min(delay * 2, MAX_RETRY_MS);
      }
    }
    working = undefined;
    await place.leave();
  }

  /** A log that takes its time may still take the event after that; what it gets twice it drops. */
  async function isTaken(event: NewEvent): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = globalThis.setTimeout(resolve, patienceMs, false);
    notifier.publish(event).then(
      () => resolve(true),
      () => resolve(false),
    );
    const taken = await promise;
    clearTimeout(timer);
    return taken;
  }

  /** What waits in memory of the same runs. */
  function heldOf(events: readonly NewEvent[]): NewEvent[] {
    const runs = new Set(events.map(({ workflow_id }) => workflow_id));
    return waiting.filter(({ workflow_id }) => runs.has(workflow_id));
  }

  spooled = spool.size() > 0;
  if (spooled) working = work();

  return {
    async publish(event) {
      // Behind what waits already: within one execution the order is that of publishing.
      if (!working && (await isTaken(event))) return;
      keep(event);
      working ??= work();
    },
    holds: (id) => held.has(id),
    async deliver(events) {
      for (const event of [...heldOf(events), ...events]) await notifier.publish(event);
    },
    async end(events, outcome) {
      // The log takes nothing of a run after its end, and which runs the file is about is not known.
      if (spooled)
        throw new BatonError('NetworkError', `events wait in the spool file of ${folder}; the end comes after`);
      for (const event of heldOf(events)) await notifier.publish(event);
      if (notifier.end) return notifier.end(events, outcome);
      for (const event of events) await notifier.publish(event);
    },
    async delivered() {
      while (working) await working;
    },
    async close() {
      stopped = true;
      stop.abort();
      await working;
      const rest = [...waiting, ...spool.take(), ...dropped.values()];
      spool.write(rest);
      spool.delivered();
      waiting = [];
    },
  };
}
