import type { Stats } from '../../contracts/stats.ts';
import { figuresOf } from './figures-of.ts';
import { historyPage, type HistoryPage } from './history-page.ts';
import type { StatsState } from './stats-state.ts';

/** The statistics of one user, or of several together. */
export function statsOf(states: readonly StatsState[], page: HistoryPage = {}): Stats {
  return { ...figuresOf(states), ...historyPage(states, page) };
}
