import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { EffectAnswer } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { ExecOrder } from '../contracts/exec-order.ts';
import { shorten } from '../contracts/shorten.ts';
import type { Logger } from '../agents/define-agent.ts';
import type { BeginResult, EffectCall, EffectEntry, EffectLedger, EffectOutcome } from '../notifier/effect-ledger.ts';
import type { AnyTool, ToolCall } from '../tools/define-tool.ts';
import type { AttemptSecrets } from './attempt-secrets.ts';
import { countOccurrences } from './count-occurrences.ts';
import { idempotencyKeyOf, inputHash, toLedgerJson } from './effect-key.ts';
import { keepTrying } from './keep-trying.ts';
import { NotYet } from './not-yet.ts';
import type { Patience } from './patience.ts';
import { reconcileCall } from './reconcile-call.ts';
import { withTimeout } from './with-timeout.ts';

/** How often the ledger is asked again while an older attempt's call may still be under way, in milliseconds. */
const POLL_MS = 250;

/** A request that was sent at the last moment of its call may take this much longer to arrive, in milliseconds. */
const ARRIVAL_MARGIN_MS = 1_000;

/** How long an attempt's process tries to record that it did not make a call, in milliseconds. */
const RELEASE_MS = 60_000;

/** Longest parameters in a question to a person, in bytes of JSON. */
const MAX_SHOWN_BYTES = 4_096;

/** Which attempt calls, and until when it may. */
export type CallingAttempt = {
  workflowId: string;
  agent: string;
  agentRun: string;
  order: ExecOrder;
  /** Limit of each attempt in milliseconds, and end of this one in milliseconds since 1970. */
  limitMs: number;
  endsAt: number;
  /** Incarnation of the ledger that the run's start names. */
  named?: string;
  /** Whether an earlier attempt is known to have opened the ledger. */
  isKnown: boolean;
};

type Options = {
  ledger: EffectLedger;
  attempt: CallingAttempt;
  answers: readonly EffectAnswer[];
  signal: AbortSignal;
  patience: Patience;
  log: Logger;
  secrets: AttemptSecrets;
};

/** How the ledger is called in what users read. */
const LEDGER = 'the effect ledger';

type GuardedCall = {
  tool: AnyTool;
  callId: string;
  rawInput: unknown;
  input: unknown;
  /** Told once it is clear whether the call is made or its receipt given. */
  onStart: (fromReceipt: boolean) => void;
};

/**
 * Opens the ledger for an attempt, and makes calls that change the world, so that each happens as often as its tool
 * allows: recorded before and after in the ledger; what an earlier attempt did is given from its receipt; where nobody
 * knows, or the ledger may have lost what was known, the tool's `reconcile` decides.
 *
 * @throws NotYet while the ledger is down
 */
export async function openEffectCalls({ ledger, attempt, answers, signal, patience, log, secrets }: Options) {
  const { workflowId, agent, agentRun, order, limitMs, endsAt, named, isKnown } = attempt;
  const open = (known: boolean) =>
    patience.ask(LEDGER, () => ledger.open({ workflowId, agentRun, order, named, isKnown: known }));
  let opening = await open(isKnown);
  const occurrences = countOccurrences();
  /** Calls that nobody has waited for yet: whether the ledger has them is not known. */
  let underWay = 0;
  /** What is still being recorded, by call: an outage must not hold up an agent whose call is over. */
  const settling = new Map<string, Promise<unknown>>();

  const nameOf = ({ tool, inputHash: hash, occurrence }: EffectCall) => `${tool}:${hash}:${occurrence}`;

  /** How long a call may take, as its earlier attempts counted as well. */
  const callLimitMs = ({ timeoutMs = Number.POSITIVE_INFINITY }: AnyTool, attemptMs: number) =>
    ARRIVAL_MARGIN_MS + Math.max(0, Math.min(timeoutMs, attemptMs));

  async function settle(key: EffectCall, outcome: EffectOutcome) {
    const trying = keepTrying(() => ledger.settle({ key, order, outcome }), {
      until: endsAt,
      // The call is over either way: its next attempt finds it unknown and asks.
      onGivenUp: (error) =>
        log.warn('the outcome of a call was not recorded', { tool: key.tool, error: String(error) }),
    });
    settling.set(nameOf(key), trying.settled);
    await trying.first;
  }

  /** Records that a call begins. One whose record did not come in time is not made, and later attempts are to know it. */
  async function begin(tool: AnyTool, key: EffectCall): Promise<BeginResult> {
    const token = randomUUID();
    const underWayMs = Math.max(0, order.scheduled + callLimitMs(tool, limitMs) - Date.now());
    let asked: Promise<BeginResult> | undefined;
    try {
      return await patience.ask(
        LEDGER,
        () => (asked = ledger.begin({ call: key, order, opening: { ...opening, underWayMs }, token })),
      );
    } catch (error) {
      const until = Date.now() + RELEASE_MS;
      keepTrying(() => ledger.release({ key, token }), { until });
      // One that was only late is known to be this attempt's own.
      asked?.then(
        ({ status }) =>
          status === 'call' && keepTrying(() => ledger.settle({ key, order, outcome: 'not_done' }), { until }),
        () => undefined,
      );
      throw error;
    }
  }

  /** Makes the call and records what it came to, also where that comes after the agent stopped waiting for it. */
  async function callTool({ tool, input }: GuardedCall, key: EffectCall, call: ToolCall): Promise<unknown> {
    try {
      const raw: unknown = await tool.run(input, call);
      await settle(key, { done: toLedgerJson(raw) });
      return raw;
    } catch (error) {
      // Any other failure leaves it unknown: a request that failed here may have arrived there.
      if (error instanceof BatonError && error.notDone) await settle(key, 'not_done');
      throw error;
    }
  }

  async function untilOver({ tool }: GuardedCall, remainingMs: number) {
    if (remainingMs < endsAt - Date.now()) return setTimeout(Math.min(POLL_MS, remainingMs), undefined, { signal });
    const message = `tool ${tool.name}: an earlier attempt's call may still be under way for ${remainingMs} ms`;
    throw new NotYet(message, { delayMs: remainingMs });
  }

  /**
   * Whether a person's answer still holds. That a call did not happen says nothing of what the agent did after the answer,
   * which a ledger that has lost rows since does not have.
   */
  function isValid({ happened, incarnation = opening.current }: EffectAnswer): boolean {
    return happened === 'done' || incarnation === opening.current;
  }

  async function findOut({ tool, callId, input, rawInput }: GuardedCall, key: EffectCall, entry: EffectEntry) {
    const idempotencyKey = idempotencyKeyOf(entry);
    const { outcome, cause } = await reconcileCall({
      tool,
      input,
      answers: answers.filter(isValid),
      call: { signal, idempotencyKey },
    });
    if (outcome !== 'unknown') return patience.ask(LEDGER, () => ledger.settle({ key, order, outcome }));
    const hidden = secrets.hide(rawInput, { schema: tool.input, io: 'input' });
    const parameters = shorten(secrets.redact(hidden), MAX_SHOWN_BYTES);
    const effect = {
      agent_run: agentRun,
      tool: tool.name,
      call_id: callId,
      idempotency_key: idempotencyKey,
      incarnation: opening.current,
      parameters,
    };
    const why = tool.reconcile ? 'its reconcile cannot tell' : 'it has no reconcile';
    const message = `tool ${tool.name}: nobody knows whether an earlier call happened, and ${why}; it is not repeated`;
    throw new BatonError('EffectUnknown', message, { effect, cause });
  }

  async function perform(guarded: GuardedCall, key: EffectCall): Promise<{ raw: unknown; fromReceipt: boolean }> {
    const { tool, onStart } = guarded;
    for (;;) {
      signal.throwIfAborted();
      await settling.get(nameOf(key));
      const { status, entry } = await begin(tool, key);
      if (status === 'reopen') {
        opening = await open(true);
        continue;
      }
      if (status === 'done') {
        onStart(true);
        return { raw: JSON.parse(entry.receipt ?? 'null'), fromReceipt: true };
      }
      if (status === 'fenced') {
        throw new BatonError('HeartbeatLost', `agent ${agent}: a newer attempt is at work, this one stops`);
      }
      if (status === 'call' && signal.aborted) {
        await settle(key, 'not_done');
        signal.throwIfAborted();
      }
      onStart(false);
      if (status === 'call') {
        const idempotencyKey = idempotencyKeyOf(entry);
        const raw = await withTimeout(tool, signal, (limited) =>
          callTool(guarded, key, { signal: limited, idempotencyKey }),
        );
        return { raw, fromReceipt: false };
      }
      if (entry.remainingMs > 0) await untilOver(guarded, entry.remainingMs);
      else await findOut(guarded, key, entry);
    }
  }

  /**
   * @throws BatonError `EffectUnknown` naming the call where it must not be repeated and nobody knows whether it
   * happened; `HeartbeatLost` where a newer attempt is at work; what the tool throws
   */
  async function effectCall(guarded: GuardedCall): Promise<{ raw: unknown; fromReceipt: boolean }> {
    const { tool, callId, rawInput, input } = guarded;
    const hash = inputHash(input);
    const same = `${tool.name}:${hash}`;
    const occurrence = occurrences.take(same);
    const key: EffectCall = {
      workflowId,
      agentRun,
      agent,
      tool: tool.name,
      inputHash: hash,
      occurrence,
      callId,
      input: toLedgerJson(rawInput),
      limitMs: callLimitMs(tool, endsAt - Date.now()),
      repeatable: tool.effect === 'idempotent',
    };
    underWay += 1;
    try {
      return await perform(guarded, key);
    } catch (error) {
      occurrences.giveBack(same, occurrence);
      throw error;
    } finally {
      underWay -= 1;
    }
  }

  return {
    effectCall,
    /** How many calls this agent has made, in its earlier attempts too; undefined where the ledger cannot vouch for it. */
    count: async () => (underWay > 0 ? undefined : ledger.count({ workflowId, agentRun, named })),
    /** Resolves when nothing is being recorded any more. */
    settled: () => Promise.all(settling.values()),
  };
}

export type EffectCalls = Awaited<ReturnType<typeof openEffectCalls>>;
