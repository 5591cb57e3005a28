import type { ExecOrder } from '../contracts/exec-order.ts';

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

/** `call`: it is yours to make, now. `fenced`: a newer attempt works on this agent, yours must stop. */
export type BeginResult = { status: 'call' | 'fenced' | 'done' | 'unknown'; entry: EffectEntry };

/** What a call came to: its receipt as JSON, or that it certainly did not happen. */
export type EffectOutcome = { done: string } | 'not_done';

/**
 * Write-ahead ledger of what tools did to the world. Every operation is atomic; whoever writes says as which attempt,
 * and an older attempt of the same agent can neither begin a call nor overwrite what a newer one began.
 */
export type EffectLedger = {
  /** From now on attempts older than `order` can begin nothing. */
  fence(options: { workflowId: string; agentRun: string; order: ExecOrder }): Promise<void>;
  /** Records that a call begins, if it may: the last thing before the call. */
  begin(options: { call: EffectCall; order: ExecOrder }): Promise<BeginResult>;
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
};
