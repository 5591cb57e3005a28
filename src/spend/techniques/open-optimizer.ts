import { dirname } from 'node:path';
import type { OptimizationInput } from '../../contracts/cost-optimization.ts';
import { threadsFor, withDuck } from '../duck.ts';
import { createPriceBook } from '../prices/price-book.ts';
import type { PricedModel } from '../prices/price-book.ts';
import { createRatesSql } from '../prices/rate-sql.ts';
import { SpendError } from '../spend-error.ts';
import { toSpendError } from '../to-spend-error.ts';
import { createAssumptions } from './assumptions.ts';
import { createLedgerPass, type LedgerPass } from './ledger-pass.ts';
import { ladderStep } from './model-ladder.ts';
import type { Survey } from './technique.ts';
import { computedTechniques } from './techniques.ts';
import { openLedgerSql } from './working-table.ts';

export type OptimizerOptions = OptimizationInput & {
  /** @default DEFAULT_MEMORY_LIMIT */
  memoryLimit?: string;
  signal?: AbortSignal;
};

/** A ledger that is open for questions. */
export type Optimizer = Survey & { pass: LedgerPass };

/** Hands an open ledger to `work`. */
export type WithOptimizer = <Result>(work: (optimizer: Optimizer) => Promise<Result>) => Promise<Result>;

/** The assumptions of all computed techniques, with the user's values. */
export function optimizerAssumptions(set: Record<string, number> | undefined) {
  return createAssumptions(
    computedTechniques().flatMap(({ assumptions }) => assumptions),
    set,
  );
}

/**
 * Opens the ledger for some questions: view `ledger`, table `base`, table `rates` with today's and the target models' prices.
 *
 * @throws SpendError `invalid_input` when the ledger is gone or the file of own prices is another than when it was priced
 */
export async function openOptimizer<Result>(
  options: OptimizerOptions,
  work: (optimizer: Optimizer) => Promise<Result>,
): Promise<Result> {
  const { ledger, source, signals, segments, priced_at, prices, price_book, set } = options;
  const book = await createPriceBook({ overridesPath: prices });
  if (book.overridesSha256 !== price_book.overrides_sha256)
    throw new SpendError({
      code: 'invalid_input',
      message: `${prices}: the price file changed since the ledger was priced. Run again from the start.`,
      path: prices,
    });
  const at = new Date(priced_at);
  const price = (model: string): PricedModel | null => book.find({ model, at });
  const assumptions = optimizerAssumptions(set);
  const { memoryLimit, signal, monthly_factor: monthlyFactor } = options;
  const threads = threadsFor(ledger.rows);
  return withDuck({ tempDir: dirname(ledger.path), memoryLimit, threads, signal }, async (duck) => {
    try {
      for (const statement of openLedgerSql(ledger.path)) await duck.run(statement);
      await duck.run(
        createRatesSql(
          modelsToPrice(
            segments.map(({ model }) => model),
            price,
          ),
        ),
      );
      const pass = createLedgerPass({ duck, monthlyFactor });
      return await work({ duck, pass, grade: source.grade, signals, segments, assumptions, price });
    } catch (error) {
      throw toSpendError(lostLedger(error, ledger.path), ledger.path);
    }
  });
}

function modelsToPrice(models: string[], price: (model: string) => PricedModel | null): PricedModel[] {
  const targets = models.flatMap((model) => {
    const step = ladderStep(model);
    return step ? [`${model.slice(0, model.indexOf('/'))}/${step.to}`] : [];
  });
  return [...models, ...targets].map(price).filter((each) => each !== null);
}

function lostLedger(error: unknown, path: string): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (!/No files found/i.test(text)) return error;
  return new SpendError({
    code: 'invalid_input',
    message: `${path}: the ledger is gone. Run again from the start.`,
    path,
    cause: error,
  });
}
