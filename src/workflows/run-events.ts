// Runs inside the workflow sandbox.
import { condition, workflowInfo, type CancellationScope } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import type { EventPayload, EventType } from '../contracts/event-payloads.ts';
import { EVENT_SCHEMA_VERSION } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { UserContext } from '../contracts/user-context.ts';
import { createShield } from './create-shield.ts';
import { publishDurably, publishEnd, publishEvents } from './publish-events.ts';

/** What an event of the workflow is about, where it is not about the run as a whole. */
export type About = {
  agent?: string;
  agent_run?: string;
  /** @default 1 */
  attempt?: number;
  step?: string | null;
  of?: number | null;
  parent?: string | null;
  /** The workflow's verdict on how the agent ended, where the activity could not tell or its claim does not hold. */
  final?: boolean;
};

type Options = {
  /** The run that the events are about, where it is another one. */
  workflowId?: string;
  /** Scope that no cancel reaches. */
  shield?: CancellationScope;
  /** See `engineVersion`. */
  engine: 1 | 2;
};

/**
 * Most bytes of events that are taken along although they are under way already: by one activity, and by all of them
 * together until the first of them has delivered any.
 */
const MAX_REPEATED_BYTES = 16_000;
const MAX_REPEATED_BYTES_IN_ALL = 100_000;

/** Most bytes of events that ride along with an agent, and that one activity publishes. Temporal takes 2 MB. */
const MAX_RIDING_BYTES = 64_000;
const MAX_PUBLISHED_BYTES = 500_000;

const bytesOf = (events: readonly NewEvent[]) => events.reduce((sum, event) => sum + JSON.stringify(event).length, 0);

/** The first events, at least one, as far as they have so many characters of JSON, and the others. */
function cut(events: readonly NewEvent[], mostBytes: number): [fitting: NewEvent[], left: NewEvent[]] {
  let bytes = 0;
  let end = 0;
  for (; end < events.length && mostBytes > 0; end += 1) {
    bytes += JSON.stringify(events[end]).length;
    if (bytes > mostBytes && end > 0) break;
  }
  return [events.slice(0, end), events.slice(end)];
}

/** Not comparable with an activity's `exec` on purpose: the workflow speaks of the execution, not of one attempt of it. */
function execOf({ agent, attempt = 1, final }: About): string {
  return agent === undefined ? 'workflow' : `${agent}.${attempt}.${final ? 'verdict' : 'workflow'}`;
}

/**
 * Collects events of the workflow itself until the next activity takes them along. Numbered by the workflow, so that a
 * replayed or repeated delivery has the same identity and is dropped.
 *
 * From version 2 on an event whose delivery was not confirmed is still known: until some activity has delivered it, each
 * that follows takes it along as well, so that it comes before what follows it whichever activity is the quickest, and the
 * run's end takes along whatever is left.
 */
export function createRunEvents(
  { user_id, thread_id, run_id, request_id }: Omit<UserContext, 'metadata'>,
  generation: number,
  { workflowId = workflowInfo().workflowId, shield = createShield(), engine }: Options,
) {
  const { runId } = workflowInfo();
  /** What is under way, each event with the list that it was taken in. */
  const unconfirmed = new Map<string, { event: NewEvent; carrier: readonly NewEvent[] }>();
  let n = 0;
  let pending: NewEvent[] = [];
  let publishing = Promise.resolve();
  let opening: NewEvent | undefined;
  let repeatedBytes = 0;
  let ended = false;
  /** In which order events were emitted, added and first given back: what was given back, or is under way, must not change places with others. */
  const ranks = new WeakMap<NewEvent, number>();
  let lastRank = 0;
  /** Undefined where nothing waits for the end of this turn of the code. */
  let isTurnOver: boolean | undefined;

  function emit<Type extends EventType>(type: Type, payload: EventPayload<Type>, about: About = {}): void {
    n += 1;
    const event = {
      schema_version: EVENT_SCHEMA_VERSION,
      id: `${workflowId}:${runId}:workflow:${n}`,
      type,
      at: new Date().toISOString(),
      user_id,
      thread_id,
      run_id,
      request_id,
      workflow_id: workflowId,
      agent: about.agent ?? null,
      agent_run: about.agent_run ?? null,
      step: about.step ?? null,
      of: about.of ?? null,
      parent: about.parent ?? null,
      generation,
      attempt: about.attempt ?? 1,
      exec: execOf(about),
      final: about.final ?? false,
      payload,
    } as NewEvent;
    add(event);
    if (type === 'run_started' || type === 'run_restarted') opening = event;
    publishAfterTurn();
  }

  function rank(event: NewEvent): void {
    if (ranks.has(event)) return;
    lastRank += 1;
    ranks.set(event, lastRank);
  }

  function add(event: NewEvent): void {
    rank(event);
    pending.push(event);
  }

  /** What no agent has taken along when the code has handed over to the server would wait for the next one, or for ever. */
  function publishAfterTurn() {
    if (engine === 1 || isTurnOver !== undefined) return;
    isTurnOver = false;
    void shield
      .run(() => condition(() => isTurnOver === true))
      .then(() => {
        isTurnOver = undefined;
        return publish();
      });
    isTurnOver = true;
  }

  const rankOf = (event: NewEvent) => (event === opening ? 0 : (ranks.get(event) ?? lastRank));

  /** The run's first event first, whatever a message had published before it. */
  function inOrder(events: NewEvent[]): NewEvent[] {
    return engine === 1 ? events : events.toSorted((a, b) => rankOf(a) - rankOf(b));
  }

  const underWay = () => inOrder([...unconfirmed.values()].map(({ event }) => event));

  /** Lets `carrier` answer for those of its events that nobody else does. */
  function hold(carrier: NewEvent[]): NewEvent[] {
    if (engine === 1) return carrier;
    for (const event of carrier) if (!unconfirmed.has(event.id)) unconfirmed.set(event.id, { event, carrier });
    return carrier;
  }

  /** What is under way, once more, as far as it fits. */
  function again(events: readonly NewEvent[]): NewEvent[] {
    const [fitting] = cut(events, Math.min(MAX_REPEATED_BYTES, MAX_REPEATED_BYTES_IN_ALL - repeatedBytes));
    repeatedBytes += bytesOf(fitting);
    return fitting;
  }

  /**
   * Hands the collected events over, as far as they fit; whoever takes them must confirm them or give them back. What does
   * not fit is published when the code has handed over to the server.
   */
  function take(mostBytes = MAX_RIDING_BYTES): NewEvent[] {
    const [fitting, left] = engine === 1 ? [pending, []] : cut(inOrder(pending), mostBytes);
    pending = left;
    if (left.length > 0) publishAfterTurn();
    return hold(inOrder([...again(underWay()), ...fitting]));
  }

  /**
   * Hands over what may ride along with a local activity. That runs before its workflow task is complete: should the
   * task be done again, messages may have come that number and order the events otherwise. The first event is the same.
   */
  function takeLocal(): NewEvent[] {
    if (engine === 1) return take();
    const first = pending.filter((event) => event === opening);
    pending = pending.filter((event) => event !== opening);
    if (pending.length > 0) void publish();
    const isUnderWay = opening !== undefined && unconfirmed.has(opening.id);
    return hold(isUnderWay ? again([opening as NewEvent]) : first);
  }

  /**
   * To be called with what was taken, once it was handed over. It may be in an outbox that is lost, so it says nothing of
   * what somebody else carries as well.
   */
  function confirm(carrier: readonly NewEvent[]): void {
    for (const { id } of carrier) {
      if (unconfirmed.get(id)?.carrier !== carrier) continue;
      unconfirmed.delete(id);
      repeatedBytes = 0;
    }
  }

  function rest(): NewEvent[] {
    return inOrder([...underWay(), ...pending.filter(({ id }) => !unconfirmed.has(id))]);
  }

  async function publishFrozen(): Promise<void> {
    while (!ended && pending.length > 0) {
      const taken = take(MAX_PUBLISHED_BYTES);
      if (!(await publishDurably(taken, shield))) return;
      for (const { id } of taken) unconfirmed.delete(id);
    }
  }

  /** Publishes at once what would else wait for the next agent. Resolves when everything so far was handed over. */
  function publish(options: { durable?: boolean } = {}): Promise<void> {
    publishing = publishing.then(() =>
      engine === 1 ? publishEvents(take(), { ...options, shield }) : publishFrozen(),
    );
    return publishing;
  }

  return {
    engine,
    emit,
    /** Adds an event that somebody else made. */
    add,
    take,
    takeLocal,
    confirm,
    /** Takes events back that may not have been delivered; those that were are dropped by their identity. */
    putBack(events: NewEvent[]): void {
      const known = new Set(events.map(({ id }) => id));
      events.forEach(rank);
      pending = [...events, ...pending.filter(({ id }) => !known.has(id))];
      for (const id of known) unconfirmed.delete(id);
    },
    publish,
    /**
     * Publishes everything that is left, at its end the run's, together with what the run came to. Nothing that is
     * emitted afterwards is published.
     */
    async end(outcome?: RunOutcome): Promise<void> {
      ended = true;
      let [first, left] = cut(rest(), MAX_PUBLISHED_BYTES);
      while (left.length > 0) {
        await publishDurably(first, shield);
        [first, left] = cut(left, MAX_PUBLISHED_BYTES);
      }
      await publishEnd(first, { outcome, shield });
    },
    /** Everything that is not known to be in the log; of version 1 only what nobody has taken. */
    rest,
  };
}

export type RunEvents = ReturnType<typeof createRunEvents>;
