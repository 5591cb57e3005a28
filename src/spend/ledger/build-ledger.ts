import { mkdir } from 'node:fs/promises';
import type { DataHelperInput, DataHelperOutput, TriagedFile } from '../../contracts/cost-optimization.ts';
import type { Baseline } from '../../contracts/report.ts';
import { withDuck } from '../duck.ts';
import { formatById } from '../formats/formats.ts';
import { createPriceBook } from '../prices/price-book.ts';
import { SpendError } from '../spend-error.ts';
import { sqlPath } from '../sql-text.ts';
import { checkRows, refuseBadRows } from './check-rows.ts';
import { hashFile } from './hash-file.ts';
import { ledgerNotes } from './ledger-notes.ts';
import { monthlyFactor } from './monthly-factor.ts';
import { profileLedger } from './profile-ledger.ts';
import { writeLedger } from './write-ledger.ts';

export type BuildLedgerOptions = DataHelperInput & {
  /** Folder for the ledger and for what does not fit in memory. */
  dir: string;
  /** Memory the database may use, with unit. @default DEFAULT_MEMORY_LIMIT */
  memoryLimit?: string;
  signal?: AbortSignal;
};

/**
 * Reads the usage files, writes the priced ledger and says what it holds.
 *
 * @returns figures for the window and for a month; the rows themselves stay in the file that `ledger` names
 * @throws SpendError `unknown_model`, `too_many_bad_rows`, `invalid_input`, `disk_full`, `out_of_memory`
 */
export async function buildLedger(options: BuildLedgerOptions): Promise<DataHelperOutput> {
  const { files, dir, memoryLimit, signal, priced_at, prices, allow_bad_rows = false } = options;
  const format = formatById((files[0] as TriagedFile).format);
  const paths = files.map(({ path }) => path);
  const book = await createPriceBook({ overridesPath: prices });
  const model = book.require({ model: assignedModel(options), provider: options.provider, at: momentOf(priced_at) });
  await mkdir(dir, { recursive: true, mode: 0o700 });

  // One thread: lines get their numbers in a row, however many there are.
  return withDuck({ tempDir: dir, memoryLimit, signal }, async (duck) => {
    const checked = await checkRows({ duck, format, paths });
    refuseBadRows(checked, allow_bad_rows);
    const ledger = await writeLedger({ duck, format, paths, model, dir });
    const view = `read_parquet(${sqlPath(ledger.path)})`;
    const { signals, segments, first_ms, last_ms, ...sums } = await profileLedger(duck, view);
    const windowHours = options.window_hours ?? (last_ms - first_ms) / 3_600_000;
    if (windowHours <= 0)
      throw new SpendError({
        code: 'invalid_input',
        message: `${paths[0]}: all rows carry the same time, so there is no rate. Say how long the window was with --window-hours.`,
        path: paths[0],
      });
    const month = await monthlyFactor({
      duck,
      view,
      windowHours,
      windowUsd: sums.list_usd,
      realDates: format.clock === 'absolute' && options.window_hours === undefined,
    });
    const baseline: Baseline = {
      ...sums,
      billed_usd: null,
      kappa: null,
      monthly_usd: Math.round(sums.list_usd * month.factor * 100) / 100,
      monthly_basis: month.basis,
      stated_monthly_usd: options.stated_monthly_usd ?? null,
      assigned: ['model'],
      model: model.model,
      provider: model.provider,
    };
    const hashed = await Promise.all(
      files.map(async ({ path, bytes }) => ({ path, bytes, sha256: await hashFile(path, signal) })),
    );
    const result: DataHelperOutput = {
      ledger,
      source: {
        label: format.label({ path: paths[0] ?? '', year: new Date(first_ms).getUTCFullYear() }),
        files: hashed,
        format: format.id,
        grade: format.grade,
        rows: ledger.rows,
        rejected_rows: checked.bad,
        window_hours: windowHours,
      },
      bad_rows: checked.listed,
      baseline,
      monthly_factor: month.factor,
      window_days: windowHours / 24,
      price_book: { version: book.version, overrides_sha256: book.overridesSha256, priced_share: 1, priced_at },
      price_match: model.match,
      priced_at,
      prices,
      signals,
      segments,
      notes: ledgerNotes({
        baseline,
        model,
        asked: options.model ?? '',
        windowHours,
        bad: checked.bad,
        format: format.id,
      }),
    };
    return result;
  });
}

function assignedModel({ model, files }: DataHelperInput): string {
  if (model) return model;
  throw new SpendError({
    code: 'invalid_input',
    message: `${files[0]?.path}: rows of this format name no model. Say which one to price them as with --model, for example claude-sonnet-4-5 or gpt-4o.`,
    path: files[0]?.path,
  });
}

function momentOf(pricedAt: string): Date {
  const moment = new Date(pricedAt);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new SpendError({
    code: 'invalid_input',
    message: `priced_at is not a time: "${pricedAt}". Give ISO 8601, for example 2026-11-24T00:00:00Z.`,
  });
}
