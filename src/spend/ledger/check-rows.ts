import type { BadRow } from '../../contracts/report.ts';
import type { Duck } from '../duck.ts';
import type { Format } from '../formats/format.ts';
import { SpendError } from '../spend-error.ts';
import { toSpendError } from '../to-spend-error.ts';

/** Share of unusable rows above which the figures would stand on sand. */
const MAX_BAD_ROW_SHARE = 0.05;

/** How many bad rows are shown one by one. */
const BAD_ROWS_LISTED = 20;

export type CheckedRows = { rows: number; bad: number; listed: BadRow[] };

/** SELECT of the scanned rows with `reason`, NULL for a usable row. */
export function scanWithReason(format: Format, path: string): string {
  const cases = format.checks.map(({ when, reason }) => `WHEN ${when} THEN ${reason}`).join(' ');
  return `SELECT *, CASE ${cases} END AS reason FROM (${format.scan(path)})`;
}

/** Reads each file once and counts its rows and its bad rows, before anything is written. */
export async function checkRows({
  duck,
  format,
  paths,
}: {
  duck: Duck;
  format: Format;
  paths: string[];
}): Promise<CheckedRows> {
  const checked: CheckedRows = { rows: 0, bad: 0, listed: [] };
  for (const path of paths) {
    const [found] = await duck
      .rows<{ rows: number; bad: number; first: string }>(
        `SELECT count(*)::DOUBLE AS rows, count(reason)::DOUBLE AS bad,
          coalesce(to_json(min({'row': source_row, 'reason': reason}, ${BAD_ROWS_LISTED}) FILTER (reason IS NOT NULL)), '[]')::VARCHAR AS first
        FROM (${scanWithReason(format, path)})`,
      )
      .catch((error: unknown) => {
        throw toSpendError(error, path);
      });
    if (!found) continue;
    checked.rows += found.rows;
    checked.bad += found.bad;
    const first = JSON.parse(found.first) as { row: number; reason: string }[];
    checked.listed.push(...first.map(({ row, reason }) => ({ file: path, row, reason })));
  }
  checked.listed = checked.listed.slice(0, BAD_ROWS_LISTED);
  return checked;
}

/** @throws SpendError `too_many_bad_rows` above the tolerated share, `invalid_input` when nothing usable is left */
export function refuseBadRows({ rows, bad, listed }: CheckedRows, allowBadRows: boolean): void {
  const shown = listed
    .slice(0, 3)
    .map(({ file, row, reason }) => `${file}, row ${row}: ${reason}`)
    .join('; ');
  const where = { path: listed[0]?.file, row: listed[0]?.row };
  if (rows > 0 && bad === rows)
    throw new SpendError({ code: 'invalid_input', message: `No row is usable. ${shown}.`, ...where });
  if (rows === 0)
    throw new SpendError({ code: 'invalid_input', message: 'The files hold no rows. Export them again.' });
  if (bad / rows <= MAX_BAD_ROW_SHARE || allowBadRows) return;
  throw new SpendError({
    code: 'too_many_bad_rows',
    message: `${bad} of ${rows} rows (${((100 * bad) / rows).toFixed(1)}%) are unusable, more than ${MAX_BAD_ROW_SHARE * 100}%. ${shown}. Repair the export, or go on without these rows with --allow-bad-rows.`,
    ...where,
  });
}
