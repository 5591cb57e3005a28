import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { priceOverrides } from '../../contracts/cost-optimization.ts';
import type { PriceOverrides } from '../../contracts/cost-optimization.ts';
import { SpendError } from '../spend-error.ts';

const EXPECTED =
  'Expected {"models": {"provider/model": {"input_mtok": 3, "output_mtok": 15}}}; "baton spend" without --prices takes the catalogue.';

/**
 * Reads a file of own prices (JSON, `{models: {"provider/model": {input_mtok, output_mtok, …}}}`).
 *
 * @throws SpendError `invalid_input` naming the file and the first wrong entry
 */
export async function readOverrides(path: string): Promise<{ models: PriceOverrides['models']; sha256: string }> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SpendError({
      code: 'invalid_input',
      message: `Price file ${path} cannot be read: ${String(cause)}`,
      path,
      cause,
    });
  });
  const parsed = priceOverrides.safeParse(parseJson(text, path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SpendError({
      code: 'invalid_input',
      message: `Price file ${path} is not valid at ${issue?.path.join('.') || 'its top'}: ${issue?.message}. ${EXPECTED}`,
      path,
    });
  }
  return { models: parsed.data.models, sha256: createHash('sha256').update(text).digest('hex') };
}

/** The parser names a line for most faults only; where the text just ends, it is the last one. */
function lineOf(text: string, message: string): number | undefined {
  if (/end of JSON/.test(message)) return text.trimEnd().split('\n').length;
  const line = /line (\d+) column/.exec(message)?.[1];
  return line === undefined ? undefined : Number(line);
}

function parseJson(text: string, path: string): unknown {
  try {
    // Some editors write a mark of the encoding before the text.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    // Its message quotes the file, which may be any of the machine.
    const row = lineOf(text, (cause as Error).message);
    throw new SpendError({
      code: 'invalid_input',
      message: `Price file ${path}${row ? `, line ${row}` : ''} is not JSON: ${EXPECTED}`,
      path,
      row,
    });
  }
}
