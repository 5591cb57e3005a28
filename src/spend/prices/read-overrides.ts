import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { priceOverrides } from '../../contracts/cost-optimization.ts';
import type { PriceOverrides } from '../../contracts/cost-optimization.ts';
import { SpendError } from '../spend-error.ts';

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
  const parsed = priceOverrides.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SpendError({
      code: 'invalid_input',
      message: `Price file ${path} is not valid at ${issue?.path.join('.') || 'its top'}: ${issue?.message}. Expected {"models": {"provider/model": {"input_mtok": 3, "output_mtok": 15}}}.`,
      path,
    });
  }
  return { models: parsed.data.models, sha256: createHash('sha256').update(text).digest('hex') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
