import type { RunFilter, RunSummary } from '../client/list-runs.ts';
import type { Operator } from './with-operator.ts';

const PAGE = 200;

/** Runs in which an agent takes part, newest first: which agents a run has, its events tell and Temporal does not. */
export async function runsWithAgent(
  { runs, feed }: Pick<Operator, 'runs' | 'feed'>,
  agent: string,
  { limit = 50, ...filter }: RunFilter,
): Promise<RunSummary[]> {
  const found: RunSummary[] = [];
  for (let after: RunSummary | undefined; ;) {
    const page = await runs({ ...filter, after, limit: PAGE });
    for (const run of page) {
      const folded = await feed.fold({ userId: run.user_id, runId: run.run_id });
      if (folded?.agents.some((each) => each.agent === agent)) found.push(run);
      if (found.length >= limit) return found;
    }
    after = page.at(-1);
    if (page.length < PAGE) return found;
  }
}
