import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { BatonError } from '../contracts/baton-error.ts';
import type { Report } from '../contracts/report.ts';
import type { ReportFormat } from '../spend/report/render-report.ts';

/** Formats by the file's ending. Only a run with `--out` loads what renders them. */
const FORMATS: Partial<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.md': 'md',
  '.json': 'json',
  '.xlsx': 'xlsx',
  '.csv': 'csv',
};

/** @throws BatonError before the run is started, when its report could not be written afterwards */
export function checkOut(path: string): void {
  if (!FORMATS[extname(path)]) {
    throw new BatonError('InvalidInput', `--out ${path}: the ending must be one of ${Object.keys(FORMATS).join(', ')}`);
  }
  const folder = dirname(resolve(path));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BatonError('InvalidInput', `--out ${path}: folder ${folder} does not exist`);
  }
}

/** Writes the report in the format of the file's ending; the file appears whole or not at all. */
export async function writeOut(path: string, report: Report): Promise<void> {
  const { renderReport } = await import('../spend/report/render-report.ts');
  const { body } = await renderReport(report, FORMATS[extname(path)] as ReportFormat);
  const partial = `${resolve(path)}.${process.pid}.tmp`;
  try {
    writeFileSync(partial, body);
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new BatonError('ToolFailed', `--out ${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
