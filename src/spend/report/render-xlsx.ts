import writeExcelFile from 'write-excel-file/node';
import type { Report } from '../../contracts/report.ts';
import { reportSheets, type Cell } from './report-sheets.ts';

/** What a cell of a workbook can hold, in characters. */
const MAX_TEXT = 32_767;

const MIN_WIDTH = 10;
const MAX_WIDTH = 60;

function cellOf(cell: Cell) {
  if (cell === null) return null;
  // Typed as text, so that what looks like a formula is none.
  return typeof cell === 'number'
    ? { type: Number, value: cell }
    : { type: String, value: cell.slice(0, MAX_TEXT), wrap: cell.length > MAX_WIDTH };
}

function widthOf(cells: (Cell | undefined)[]): number {
  const longest = Math.max(...cells.map((cell) => String(cell ?? '').length));
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, longest + 2));
}

/** The report as an Excel workbook: summary, recommendations, plan, and what cannot be computed. */
export async function renderXlsx(report: Report): Promise<Buffer> {
  const sheets = reportSheets(report).map(({ name, rows: [heads, ...rows] }) => ({
    sheet: name,
    data: [
      heads.map((value) => ({ type: String, value, fontWeight: 'bold' as const })),
      ...rows.map((row) => row.map(cellOf)),
    ],
    columns: heads.map((head, column) => ({ width: widthOf([head, ...rows.map((row) => row[column])]) })),
    stickyRowsCount: 1,
  }));
  return writeExcelFile(sheets).toBuffer();
}
