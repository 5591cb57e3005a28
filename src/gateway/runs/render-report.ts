import type { Report } from '../../contracts/report.ts';
import { renderMarkdown } from '../../spend/report/render-markdown.ts';

export const REPORT_FORMATS = ['json', 'md'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A report as a body with its content type. */
export function renderReport(report: Report, format: ReportFormat): { type: string; body: string } {
  if (format === 'md') return { type: 'text/markdown; charset=utf-8', body: renderMarkdown(report) };
  return { type: 'application/json; charset=utf-8', body: JSON.stringify(report) };
}
