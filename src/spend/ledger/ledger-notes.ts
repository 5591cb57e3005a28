import type { Baseline } from '../../contracts/report.ts';
import type { PricedModel } from '../prices/price-book.ts';
import { usd } from '../report/money.ts';

/** Stated and computed spend further apart than this are both shown. */
const STATED_TOLERANCE = 0.15;

export type LedgerNotesOptions = {
  baseline: Baseline;
  model: PricedModel;
  /** The model's name as it was asked for. */
  asked: string;
  windowHours: number;
  bad: number;
  format: string;
};

/** What a reader has to know before trusting the figures; the first sentence is the condition they all stand under. */
export function ledgerNotes({ baseline, model, asked, windowHours, bad, format }: LedgerNotesOptions): string[] {
  const notes = [
    baseline.monthly_basis === 'run_rate'
      ? `Monthly figures hold if this window's rate (${windowHours.toFixed(3)} hours) held all month (730 hours).`
      : `Monthly figures are daily medians by weekday and weekend, over ${(windowHours / 24).toFixed(1)} days, for the month of the last full day.`,
    `Rows of ${format} name neither model nor price: both are assigned, all traffic is priced as ${model.model} (${model.provider}) at list price. There is no bill to compare with.`,
  ];
  if (model.match === 'prefix')
    notes.push(
      `The price book does not know "${asked}"; the price of "${model.model}", whose name starts the same, is used.`,
    );
  const { stated_monthly_usd: stated, monthly_usd: computed } = baseline;
  if (stated && Math.abs(computed - stated) / stated > STATED_TOLERANCE)
    notes.push(
      `The stated spend of ${usd(stated)} a month and the computed ${usd(computed)} differ by ${Math.round((100 * Math.abs(computed - stated)) / stated)}%: the file may be only a part of the traffic, or priced as another model.`,
    );
  if (bad > 0) notes.push(`${bad} rows could not be used and count in no figure; they are listed below.`);
  return notes;
}
