/** An execution of an agent in a run; `anew`: the generation in which it began anew, after an agent had undone it. */
type Execution = { agent_run: string; anew?: number };

/**
 * Name of an execution in the effect ledger, and in the keys under which the outside world knows what it does: one that
 * is made anew must not be answered with what was undone.
 */
export function ledgerName({ agent_run, anew }: Execution): string {
  return anew === undefined ? agent_run : `${agent_run}@${anew}`;
}

/** The execution that goes by a name in the effect ledger. */
export function ofLedgerName(name: string): Execution {
  const [, agent_run = name, anew] = /^(.*)@(\d+)$/.exec(name) ?? [];
  return anew === undefined ? { agent_run } : { agent_run, anew: Number(anew) };
}
