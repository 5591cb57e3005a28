import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { LedgerRef } from '../../contracts/cost-optimization.ts';
import type { Duck } from '../duck.ts';
import type { Format } from '../formats/format.ts';
import type { PricedModel } from '../prices/price-book.ts';
import { createRatesSql, RATE_JOIN, ROW_COST } from '../prices/rate-sql.ts';
import { sqlText } from '../sql-text.ts';
import { toSpendError } from '../to-spend-error.ts';
import { scanWithReason } from './check-rows.ts';
import { hashFile } from './hash-file.ts';
import { LEDGER_COLUMNS } from './ledger-columns.ts';
import type { LedgerColumn, SourceColumn } from './ledger-columns.ts';

export type WriteLedgerOptions = {
  duck: Duck;
  format: Format;
  paths: string[];
  /** The model assigned to rows that name none. */
  model: PricedModel;
  /** Folder the ledger goes to; created if missing. */
  dir: string;
};

/**
 * Writes the usable rows as one Parquet file named after its content. It appears under that name complete or not at all:
 * it is written under a temporary name first, which is removed on any failure.
 *
 * @throws SpendError `disk_full`, `out_of_memory`
 */
export async function writeLedger({ duck, format, paths, model, dir }: WriteLedgerOptions): Promise<LedgerRef> {
  const temporary = join(dir, `.ledger-${randomUUID()}.parquet`);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await duck.run(createRatesSql([model]));
    await duck.run(
      `COPY (${ledgerSql(format, paths, model)}) TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    const [counted] = await duck.rows<{ rows: number }>(
      `SELECT count(*)::DOUBLE AS rows FROM read_parquet(${sqlText(temporary)})`,
    );
    const sha256 = await hashFile(temporary);
    const path = join(dir, `ledger-${sha256.slice(0, 16)}.parquet`);
    await rename(temporary, path);
    return { path, sha256, bytes: (await stat(path)).size, rows: counted?.rows ?? 0 };
  } catch (error) {
    throw toSpendError(error, dir);
  } finally {
    await rm(temporary, { force: true });
  }
}

function ledgerSql(format: Format, paths: string[], model: PricedModel): string {
  const union = paths
    .map(
      (path, file) => `SELECT ${file} AS source_file, source_row, ${sourceColumns(format)}
      FROM (${scanWithReason(format, path)}) WHERE reason IS NULL`,
    )
    .join(' UNION ALL ');
  const priced = `SELECT l.*, ${ROW_COST} AS cost_list_usd FROM (
      SELECT row_number() OVER () AS row_id, ${sqlText(model.provider)} AS provider, ${sqlText(model.key)} AS model, * FROM (${union})
    ) l ${RATE_JOIN}`;
  const columns = Object.entries(LEDGER_COLUMNS).map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`);
  return `SELECT ${columns.join(', ')} FROM (${priced})`;
}

const TOKENS_DEFAULT_ZERO = ['cache_read_tokens', 'cache_write_5m', 'cache_write_1h'];
const OWN_COLUMNS = ['row_id', 'source_file', 'source_row', 'provider', 'model', 'cost_list_usd'];

function sourceColumns(format: Format): string {
  const names = Object.keys(LEDGER_COLUMNS) as LedgerColumn[];
  return names
    .filter((name): name is SourceColumn => !OWN_COLUMNS.includes(name))
    .map((name) => `${format.columns[name] ?? (TOKENS_DEFAULT_ZERO.includes(name) ? '0' : 'NULL')} AS ${name}`)
    .join(', ');
}
