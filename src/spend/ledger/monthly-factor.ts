import type { Duck } from '../duck.ts';

/** Hours of a month when a short window is held for all of it: 365 x 24 / 12. */
const HOURS_PER_MONTH = 730;

/** Closed days needed before days of the week are told apart. */
const CALENDAR_DAYS = 7;

/** `factor`: what the window's dollars are multiplied by. */
export type MonthlyFactor = { factor: number; basis: 'run_rate' | 'calendar' };

export type MonthlyFactorOptions = {
  duck: Duck;
  view: string;
  windowHours: number;
  windowUsd: number;
  /** Times carry real dates, and the window was not given by hand. */
  realDates: boolean;
};

/**
 * How a window becomes a month. Seven closed days or more: the daily median of weekdays and of weekends, times the number of
 * such days in the month of the last closed day. Shorter: the window's rate held for 730 hours.
 * The first and the last day of a file count as open, since an export rarely starts or ends at midnight.
 */
export async function monthlyFactor(options: MonthlyFactorOptions): Promise<MonthlyFactor> {
  const { duck, view, windowHours, windowUsd, realDates } = options;
  const runRate: MonthlyFactor = { factor: HOURS_PER_MONTH / windowHours, basis: 'run_rate' };
  if (!realDates || windowUsd <= 0 || windowHours < CALENDAR_DAYS * 24) return runRate;
  const days = await duck.rows<{
    day_ms: number;
    usd: number;
  }>(`SELECT epoch_ms(day)::DOUBLE AS day_ms, coalesce(usd, 0) AS usd
    FROM (SELECT unnest(generate_series(date_trunc('day', min(ts)) + INTERVAL 1 DAY, date_trunc('day', max(ts)) - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS day FROM ${view})
    LEFT JOIN (SELECT date_trunc('day', ts) AS day, sum(cost_list_usd) AS usd FROM ${view} GROUP BY 1) USING (day) ORDER BY day`);
  if (days.length < CALENDAR_DAYS) return runRate;
  const last = new Date((days.at(-1) as { day_ms: number }).day_ms);
  const monthly = [true, false]
    .map((weekend) => {
      const daily = days.filter(({ day_ms }) => isWeekend(new Date(day_ms)) === weekend).map(({ usd }) => usd);
      return median(daily) * daysOfMonth(last).filter((day) => isWeekend(day) === weekend).length;
    })
    .reduce((sum, each) => sum + each, 0);
  return monthly > 0 ? { factor: monthly / windowUsd, basis: 'calendar' } : runRate;
}

function isWeekend(day: Date): boolean {
  return day.getUTCDay() === 0 || day.getUTCDay() === 6;
}

function daysOfMonth(day: Date): Date[] {
  const year = day.getUTCFullYear();
  const month = day.getUTCMonth();
  const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => new Date(Date.UTC(year, month, index + 1)));
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return 0;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
