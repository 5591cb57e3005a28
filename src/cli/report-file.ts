import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { BatonError } from '../contracts/baton-error.ts';
import type { Report } from '../contracts/report.ts';

const RENDERERS: Record<string, (report: Report) => Promise<string>> = {
  '.json': async (report) => `${JSON.stringify(report, null, 2)}\n`,
  '.md': async (report) => (await import('../spend/report/render-markdown.ts')).renderMarkdown(report),
};

/** @throws BatonError before the run is started, when its report could not be written afterwards */
export function checkOut(path: string): void {
  if (!RENDERERS[extname(path)]) {
    throw new BatonError(
      'InvalidInput',
      `--out ${path}: the ending must be one of ${Object.keys(RENDERERS).join(', ')}`,
    );
  }
  const folder = dirname(resolve(path));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BatonError('InvalidInput', `--out ${path}: folder ${folder} does not exist`);
  }
}

/** Writes the report in the format of the file's ending; the file appears whole or not at all. */
export async function writeOut(path: string, report: Report): Promise<void> {
  const text = await (RENDERERS[extname(path)] as (typeof RENDERERS)[string])(report);
  const partial = `${resolve(path)}.${process.pid}.tmp`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new BatonError('ToolFailed', `--out ${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
