import type { FinishedRun, Stats } from '../../contracts/stats.ts';
import { eachOf, type StatsState } from './stats-state.ts';

/** Which part of the history: at most `limit` runs (50 unless told) that are older than the cursor of another page. */
export type HistoryPage = { limit?: number; cursor?: string };

type Ended = FinishedRun & { seq: number };

/** A place in the history of one user or of all: when a run ended, and whose end it was. */
const placeOf = ({ ended_at, user_id, seq }: Ended) =>
  `${ended_at}/${String(seq).padStart(12, '0')}/${encodeURIComponent(user_id)}`;

/** In the order of the feed, which needs no sorting: a page costs its own length and the way to it. */
function* ofOne({ history }: StatsState, cursor?: string): Generator<Ended> {
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor.split('/')[1]);
  for (const run of eachOf(history)) if (run.seq < before) yield run;
}

function ofAll(states: readonly StatsState[], cursor = '\uffff'): Ended[] {
  const placed = states.flatMap(({ history }) => [...eachOf(history)].map((run) => ({ run, place: placeOf(run) })));
  const older = placed.filter(({ place }) => place < cursor);
  return older.sort((a, b) => (a.place < b.place ? 1 : -1)).map(({ run }) => run);
}

/** Finished runs of one user or of several, newest first. */
export function historyPage(
  states: readonly StatsState[],
  { limit = 50, cursor }: HistoryPage,
): Pick<Stats, 'history' | 'next_cursor'> {
  const [only] = states;
  const page: Ended[] = [];
  for (const run of only && states.length === 1 ? ofOne(only, cursor) : ofAll(states, cursor)) {
    if (page.push(run) > limit) break;
  }
  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  return {
    history: shown.map(({ seq: _seq, ...run }) => run),
    next_cursor: last && page.length > limit ? placeOf(last) : null,
  };
}
