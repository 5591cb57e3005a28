type Request = { name: string; path: string; body?: unknown };

const many = (count: number, entry: (n: number) => [string, unknown]) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => entry(n)));

const longName = (n: number) => `${'abcdefgh'.repeat(7)}${String(n).padStart(6, '0')}`;

/** A plan of 500 steps, each of which needs twenty that are not there. */
const misspelled = {
  name: 'misspelled',
  steps: Array.from({ length: 500 }, (_, n) => ({
    id: longName(n),
    agent: 'triage',
    needs: Array.from({ length: 20 }, (_each, k) => longName(n * 20 + k + 1_000)),
  })),
};

/** Requests that once held a gateway up, on a run whose events are many. */
export function heavyRequests(runId: string): Request[] {
  const run = `/v1/runs/${runId}`;
  const start = (workflow: string, input: unknown) => ({ path: '/v1/runs', body: { workflow, input } });
  return [
    { name: 'GET the run', path: run },
    { name: 'what-if, 60,000 names', path: `${run}/what-if`, body: { set: many(60_000, (n) => [`n${n}`, n]) } },
    { name: 'start, a model of 900,000', ...start('costOptimization', { model: 'm'.repeat(900_000) }) },
    { name: 'start, a plan of faults', ...start('runPlan', { plan: misspelled }) },
    { name: 'report', path: `${run}/report` },
    { name: 'cancel', path: `${run}/cancel`, body: {} },
  ];
}
