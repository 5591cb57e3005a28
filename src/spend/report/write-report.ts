import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ReportingInput, ReportingOutput } from '../../contracts/cost-optimization.ts';
import type { Report } from '../../contracts/report.ts';
import { toSpendError } from '../to-spend-error.ts';
import { composeReport } from './compose-report.ts';
import { renderMarkdown } from './render-markdown.ts';

export type WriteReportOptions = ReportingInput & {
  /** Folder for `report.json` and `report.md`; created if missing. @default nothing is written */
  dir?: string;
};

/**
 * Puts the report together and, with `dir`, writes it as JSON and Markdown. A file appears complete or not at all.
 *
 * @throws SpendError `disk_full`
 */
export async function writeReport({ dir, ...input }: WriteReportOptions): Promise<ReportingOutput> {
  const report: Report = composeReport(input);
  if (dir === undefined) return { report, files: null };
  const files = { json: join(dir, 'report.json'), markdown: join(dir, 'report.md') };
  await writeWhole(dir, files.json, `${JSON.stringify(report, null, 2)}\n`);
  await writeWhole(dir, files.markdown, renderMarkdown(report));
  return { report, files };
}

async function writeWhole(dir: string, path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    throw toSpendError(error, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
