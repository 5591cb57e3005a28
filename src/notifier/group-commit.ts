import { setImmediate } from 'node:timers/promises';
import type { NewEvent } from '../contracts/event.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { Seal } from '../payload/seal.ts';
import type { Appended } from './event-log.ts';
import { packOutcome } from './pack-outcome.ts';

/** An event and its text: whatever cannot be written as JSON fails its own caller, not the group it would be in. */
export type Prepared = {
  event: NewEvent;
  json: string;
  /** Of a run's end: what the run came to, as it is kept. */
  outcome?: Uint8Array;
};

type Entry = { prepared: Prepared[]; resolve: (appended: Appended[]) => void; reject: (error: unknown) => void };

/** Events in one commit, at most (unless one call alone has more): bounds how long the next caller waits. */
const MAX_GROUP = 500;

/**
 * Lets everything that is published in one turn of the event loop, or while a commit is under way, share the next
 * commit. One commit at a time, so that events keep the order in which they were given.
 */
export function createGroupCommit(commit: (prepared: Prepared[]) => Appended[] | Promise<Appended[]>, seal: Seal) {
  let waiting: Entry[] = [];
  let running: Promise<void> | undefined;

  function takeGroup(): Entry[] {
    let size = 0;
    const end = waiting.findIndex(({ prepared }, index) => {
      size += prepared.length;
      return index > 0 && size > MAX_GROUP;
    });
    const group = end < 0 ? waiting : waiting.slice(0, end);
    waiting = waiting.slice(group.length);
    return group;
  }

  async function commitGroup(group: Entry[]) {
    try {
      const appended = await commit(group.flatMap(({ prepared }) => prepared));
      let next = 0;
      for (const { prepared, resolve } of group) resolve(appended.slice(next, (next += prepared.length)));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async function run() {
    while (waiting.length > 0) {
      await setImmediate();
      await commitGroup(takeGroup());
    }
    running = undefined;
  }

  return {
    async append(events: readonly NewEvent[], { outcome }: { outcome?: RunOutcome } = {}): Promise<Appended[]> {
      if (events.length === 0) return [];
      const kept = outcome && (await packOutcome(outcome, seal));
      const prepared = events.map((event) => ({
        event,
        json: JSON.stringify(event),
        ...(kept && isRunEnd(event) && { outcome: kept }),
      }));
      const { promise, resolve, reject } = Promise.withResolvers<Appended[]>();
      waiting.push({ prepared, resolve, reject });
      running ??= run();
      return promise;
    },
    /** Resolves when nothing is waiting or under way. */
    async drain(): Promise<void> {
      await running;
    },
  };
}
