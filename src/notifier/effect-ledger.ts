import type { ExecOrder } from '../contracts/exec-order.ts';
import type { Attempts } from './attempts.ts';

/**
 * `planned`: certainly not done. `unknown`: the call began, its outcome was not recorded. `done`: there is a receipt.
 * `compensated`: done and undone again; its receipt is never given out.
 */
export type EffectState = 'planned' | 'unknown' | 'done' | 'compensated';

/** Which call: the `occurrence`-th with this input by this tool in one execution of an agent. */
export type EffectKey = { workflowId: string; agentRun: string; tool: string; inputHash: string; occurrence: number };

/** A call about to be made. */
export type EffectCall = EffectKey & {
  agent: string;
  callId: string;
  /** The call's input as JSON; what undoing it needs. */
  input: string;
  /** How long the call may take, in milliseconds; after it, nothing of it is still under way. */
  limitMs: number;
  /** Whether a call with unknown outcome may be made again with the same idempotency key. */
  repeatable: boolean;
};

export type EffectEntry = EffectKey & {
  agent: string;
  callId: string;
  state: EffectState;
  /** How often this call was undone and made anew: part of the idempotency key. */
  round: number;
  input: string;
  /** What the tool returned, as JSON. */
  receipt: string | null;
  /** How long the call may still be under way, in milliseconds; 0 when it cannot be. */
  remainingMs: number;
};

/**
 * `call`: it is yours to make, now. `fenced`: a newer attempt works on this agent, yours must stop. `reopen`: the ledger
 * is not the one that was opened, or lost rows since; open it again.
 */
export type BeginResult = { status: 'call' | 'fenced' | 'done' | 'unknown' | 'reopen'; entry: EffectEntry };

/** An execution of an agent, and the incarnation of the ledger that the start of its run names. */
export type OpenedExecution = { workflowId: string; agentRun: string; named?: string };

/** What the ledger knew when an attempt opened it. */
export type Opening = {
  /** The incarnation under which the execution's first attempt opened it, and the one that it has now. */
  recorded: string;
  current: string;
  /** Whether a call that the ledger does not have certainly was not made. */
  vouches: boolean;
};

/** What a call came to: its receipt as JSON, or that it certainly did not happen. */
export type EffectOutcome = { done: string } | 'not_done';

/**
 * Write-ahead ledger of what tools did to the world. Every operation is atomic; whoever writes says as which attempt,
 * and an older attempt of the same agent can neither begin a call nor overwrite what a newer one began.
 *
 * A ledger has an incarnation, which changes when rows may have been lost. A call that it does not have was not made only
 * if the incarnation is still the one that the execution's first attempt recorded, or the run's start where none did.
 */
export type EffectLedger = {
  /** The incarnation that a run which starts now is to name. */
  incarnation(options: { workflowId: string }): Promise<string>;
  /**
   * Opens the ledger for an attempt, before anything of its agent runs: attempts older than `order` can begin nothing
   * from now on. Resolves once the record is as safe as a call's. `isKnown`: an earlier attempt did so, as far as the
   * caller knows.
   */
  open(options: OpenedExecution & { order: ExecOrder; isKnown: boolean }): Promise<Opening>;
  /** Whether the ledger has every call of an execution. */
  vouches(options: OpenedExecution): Promise<boolean>;
  /**
   * How many calls the ledger has of an execution; undefined where it cannot vouch for that. Whoever keeps the number
   * elsewhere knows later whether the ledger still has them all, whatever became of it meanwhile.
   */
  count(options: OpenedExecution): Promise<number | undefined>;
  /** From now on attempts older than `order` can begin nothing. */
  fence(options: { workflowId: string; agentRun: string; order: ExecOrder }): Promise<void>;
  /**
   * Records that a call begins, if it may: the last thing before the call. With an `opening` a call that is missing is
   * `unknown` where the ledger does not vouch, and may still be under way for `underWayMs`. Whoever asks again, because
   * there was no answer, gives the same `token`: it is still the same call, and nobody has made it.
   */
  begin(options: {
    call: EffectCall;
    order: ExecOrder;
    opening?: Opening & { underWayMs: number };
    token?: string;
  }): Promise<BeginResult>;
  /**
   * The call that began with this token was not made, because its answer came too late or never: whoever begins it next
   * need not ask. Does nothing where it did not begin.
   */
  release(options: { key: EffectKey; token: string }): Promise<void>;
  /**
   * Records what a call that began came to, by the attempt that began it or, after asking the world, by a newer one.
   * False where the call is settled already or belongs to a newer attempt.
   */
  settle(options: { key: EffectKey; order: ExecOrder; outcome: EffectOutcome }): Promise<boolean>;
  /** Records that a done call was undone. `round` keeps a late undo from marking a call that was made anew since. */
  compensated(options: { key: EffectKey; round: number }): Promise<void>;
  /** Calls of a run, or of one agent's execution in it, in the order in which they began. */
  list(options: { workflowId: string; agentRun?: string }): Promise<EffectEntry[]>;
  /** Forgets calls that were last touched before; returns how many. */
  prune(options: { olderThan: Date }): Promise<number>;
  attempts: Attempts;
};
