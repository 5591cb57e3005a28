import type { BatonEvent, NewEvent } from '../contracts/event.ts';
import { isSealed, type Seal } from '../payload/seal.ts';
import type { Decision, Decisions } from './decisions.ts';
import type { EffectEntry, EffectLedger } from './effect-ledger.ts';
import type { EventLog } from './event-log.ts';

/** Field of a payload that holds the rest of it, sealed. */
type SealedPayload = { sealed?: string; status?: unknown };

/**
 * An event whose payload is sealed. Its ids, type and times stay readable, and a run's status, by which the log knows an
 * end. One that is sealed already stays so.
 */
export function sealEvent<Event extends NewEvent>(event: Event, { isOn, seal }: Seal): Event {
  const payload = event.payload as SealedPayload;
  if (!isOn || isSealed(payload.sealed)) return event;
  const { status } = payload;
  const kept = { ...(status !== undefined && { status }), sealed: seal(JSON.stringify(payload)) };
  return { ...event, payload: kept as unknown as Event['payload'] };
}

export const isSealedEvent = ({ payload }: NewEvent) => isSealed((payload as SealedPayload).sealed);

/** An event as it was, whether its payload was sealed or not. */
export function openEvent<Event extends NewEvent | BatonEvent>(event: Event, { open }: Seal): Event {
  const { sealed } = event.payload as SealedPayload;
  return isSealed(sealed) ? { ...event, payload: JSON.parse(open(sealed)) as Event['payload'] } : event;
}

/** Keeps the payloads of events sealed. Outcomes are sealed where they are packed, since what is sealed does not shrink. */
export function sealedLog(log: EventLog, seal: Seal): EventLog {
  const sealed = (events: readonly NewEvent[]) => events.map((event) => sealEvent(event, seal));
  return {
    ...log,
    append: async (events, options) => log.append(sealed(events), options),
    publish: async (event) => log.publish(sealEvent(event, seal)),
    ...(log.end && { end: async (events, outcome) => log.end?.(sealed(events), outcome) }),
    read: async (where) => (await log.read(where)).map((event) => openEvent(event, seal)),
    async *follow(where) {
      for await (const event of log.follow(where)) yield openEvent(event, seal);
    },
  };
}

/** Keeps inputs and receipts of calls sealed. Which call it is, the hash of its input says. */
export function sealedEffects(effects: EffectLedger, { seal, open }: Seal): EffectLedger {
  const opened = (entry: EffectEntry): EffectEntry => ({
    ...entry,
    input: open(entry.input),
    receipt: entry.receipt === null ? null : open(entry.receipt),
  });
  return {
    ...effects,
    async begin({ call, ...options }) {
      const { status, entry } = await effects.begin({ ...options, call: { ...call, input: seal(call.input) } });
      return { status, entry: opened(entry) };
    },
    settle: ({ outcome, ...options }) =>
      effects.settle({ ...options, outcome: outcome === 'not_done' ? outcome : { done: seal(outcome.done) } }),
    list: async (options) => (await effects.list(options)).map(opened),
  };
}

type SealedDecision = Decision & { sealed?: string };

/** Keeps sealed what a person said: the decision, its comment and its data. */
export function sealedDecisions(decisions: Decisions, { isOn, seal, open }: Seal): Decisions {
  function sealed(given: Decision): SealedDecision {
    if (!isOn) return given;
    const { decision, comment, data, ...rest } = given;
    return { ...rest, decision: '', sealed: seal(JSON.stringify({ decision, comment, data })) };
  }
  // By a field of its own: a person may decide for any text, one that looks sealed too.
  function opened({ sealed: text, ...decision }: SealedDecision): Decision {
    return text === undefined ? decision : { ...decision, ...(JSON.parse(open(text)) as Decision) };
  }
  return {
    ...decisions,
    async decide(decision) {
      const decided = await decisions.decide(sealed(decision));
      return { ...decided, decision: opened(decided.decision) };
    },
    async get(key) {
      const found = await decisions.get(key);
      return found && opened(found);
    },
    undelivered: async (options) => (await decisions.undelivered(options)).map(opened),
  };
}
