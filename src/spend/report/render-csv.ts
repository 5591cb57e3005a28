import type { Report } from '../../contracts/report.ts';
import { reportSheets, type Cell } from './report-sheets.ts';

/** A cell that begins like this is run by spreadsheets as a formula; figures of our own are numbers, not text. */
const FORMULA = /^[=+\-@\t\r]/;

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The report's recommendations as CSV (RFC 4180); without figures, what to export. Text that a spreadsheet would run as a
 * formula is made text by an apostrophe before it.
 */
export function renderCsv(report: Report): string {
  const sheets = reportSheets(report);
  const { rows } = sheets.find(({ name }) => name === 'Recommendations') ?? (sheets[0] as (typeof sheets)[number]);
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}
