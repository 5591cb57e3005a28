import type { Report } from '../../contracts/report.ts';
import { renderCsv } from './render-csv.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';

export const REPORT_FORMATS = ['json', 'md', 'html', 'csv', 'xlsx'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const TYPES: Record<ReportFormat, string> = {
  json: 'application/json; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

async function bodyOf(report: Report, format: ReportFormat): Promise<string | Buffer> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'md':
      return renderMarkdown(report);
    case 'html':
      return renderHtml(report);
    case 'csv':
      return renderCsv(report);
    case 'xlsx':
      // Only who wants a workbook pays for its library at start.
      return (await import('./render-xlsx.ts')).renderXlsx(report);
  }
}

/** A report in any of its formats, with its content type. */
export async function renderReport(
  report: Report,
  format: ReportFormat,
): Promise<{ type: string; body: string | Buffer }> {
  return { type: TYPES[format], body: await bodyOf(report, format) };
}
