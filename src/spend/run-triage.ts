import type { TriageInput, TriageOutput, TriagedFile } from '../contracts/cost-optimization.ts';
import { exportRecipes } from './export-recipes.ts';
import { detectFormat } from './formats/detect-format.ts';
import { SpendError } from './spend-error.ts';
import { statedSpend } from './stated-spend.ts';

export type RunTriageOptions = Pick<TriageInput, 'request' | 'files' | 'stated_monthly_usd'> & {
  signal?: AbortSignal;
};

/**
 * Looks at what was handed over and decides whether a figure can be given at all.
 *
 * @returns `insufficient` with what to export, when there are no files or no data rows
 * @throws SpendError for a file that is missing, empty, a folder or of an unknown format, and for files of mixed formats
 */
export async function runTriage(options: RunTriageOptions): Promise<TriageOutput> {
  const { request = '', files = [], stated_monthly_usd, signal } = options;
  const stated = stated_monthly_usd ?? statedSpend(request);
  if (files.length === 0) {
    return insufficient('There are no usage rows, only words. No savings figure is given without rows.', stated);
  }
  const triaged: TriagedFile[] = [];
  let anyRows = false;
  for (const path of files) {
    signal?.throwIfAborted();
    const { format, bytes, hasRows } = await detectFormat(path);
    anyRows ||= hasRows;
    triaged.push({ path, bytes, format: format.id, grade: format.grade });
  }
  const formats = [...new Set(triaged.map(({ format }) => format))];
  if (formats.length > 1)
    throw new SpendError({
      code: 'invalid_input',
      message: `The files are of different formats (${triaged.map(({ path, format }) => `${path}: ${format}`).join(', ')}). Run each format by itself.`,
    });
  if (!anyRows) return insufficient('The file has a header but no rows.', stated, triaged);
  const { format, grade } = triaged[0] as TriagedFile;
  return {
    data_sufficiency: 'sufficient',
    reason: `${triaged.length} file(s) of format ${format}, grade ${grade}`,
    format,
    grade,
    files: triaged,
    stated_monthly_usd: stated,
  };
}

function insufficient(reason: string, stated: number | null, files: TriagedFile[] = []): TriageOutput {
  return {
    data_sufficiency: 'insufficient',
    reason,
    format: files[0]?.format ?? null,
    grade: files[0]?.grade ?? null,
    files,
    stated_monthly_usd: stated,
    needed: exportRecipes(),
  };
}
