/** Count, sum and largest of measured times in milliseconds. */
export type Times = { count: number; sum: number; max: number };

/** What executions of one agent came to, as sums that can be added up. */
export type Tally = {
  total: number;
  completed: number;
  failed: number;
  timeout: number;
  dead: number;
  cancelled: number;
  retried: number;
  compensated: number;
  running: number;
  waits: Times;
  executions: Times;
};

const NO_TIMES: Times = { count: 0, sum: 0, max: 0 };

export const NO_TALLY: Tally = {
  total: 0,
  completed: 0,
  failed: 0,
  timeout: 0,
  dead: 0,
  cancelled: 0,
  retried: 0,
  compensated: 0,
  running: 0,
  waits: NO_TIMES,
  executions: NO_TIMES,
};

/** Times of one measurement, or of none. */
export function timesOf(ms: number | null): Times {
  return ms === null ? NO_TIMES : { count: 1, sum: ms, max: ms };
}

function addTimes(a: Times, b: Times): Times {
  return { count: a.count + b.count, sum: a.sum + b.sum, max: Math.max(a.max, b.max) };
}

export function addTally(a: Tally, b: Tally): Tally {
  return {
    total: a.total + b.total,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    timeout: a.timeout + b.timeout,
    dead: a.dead + b.dead,
    cancelled: a.cancelled + b.cancelled,
    retried: a.retried + b.retried,
    compensated: a.compensated + b.compensated,
    running: a.running + b.running,
    waits: addTimes(a.waits, b.waits),
    executions: addTimes(a.executions, b.executions),
  };
}
