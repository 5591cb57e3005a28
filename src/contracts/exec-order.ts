/** Which execution of an agent an event belongs to, as far as executions can be put in order. */
export type ExecOrder = { generation: number; scheduled: number; attempt: number };

/**
 * Reads `exec`, `<type>.<attempt>.<scheduled ms>`, of a local activity `<type>.<random>.<attempt>.<scheduled ms>`: after
 * the loss of its worker it begins again as attempt 1, scheduled later. Undefined where the last part is not a time: a
 * workflow's verdict is about the execution as a whole.
 */
export function execOrder({ exec, generation }: { exec: string; generation: number }): ExecOrder | undefined {
  const [, attempt, scheduled] = /\.(\d+)\.(\d+)$/.exec(exec) ?? [];
  return scheduled === undefined ? undefined : { generation, scheduled: Number(scheduled), attempt: Number(attempt) };
}

/** Negative if `a` came before `b`, as `Array.sort` wants it. */
export function compareExec(a: ExecOrder, b: ExecOrder): number {
  return a.generation - b.generation || a.scheduled - b.scheduled || a.attempt - b.attempt;
}
