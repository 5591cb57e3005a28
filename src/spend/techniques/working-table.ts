import { sqlPath } from '../sql-text.ts';

/**
 * The columns a transform may change, and `seen_input`, `seen_output`: tokens per request as they were observed. What qualifies
 * a request is judged by those: cutting an answer short does not make its task a small one.
 * Prefix blocks stay in the file and are joined by `row_id` where needed, so that a pass does not copy them.
 */
export const WORKING_COLUMNS = [
  'row_id',
  'requests',
  'model',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m',
  'cache_write_1h',
  'output_tokens',
  'seen_input',
  'seen_output',
] as const;

/** A list of working columns in which some are replaced by an expression. */
export function withColumns(changed: Partial<Record<(typeof WORKING_COLUMNS)[number], string>>, alias = 's'): string {
  return WORKING_COLUMNS.map((name) => (changed[name] ? `${changed[name]} AS ${name}` : `${alias}.${name}`)).join(', ');
}

/** Statements that open a ledger file as view `ledger` and its working form as table `base`. */
export function openLedgerSql(path: string): string[] {
  return [
    `CREATE TEMP VIEW ledger AS SELECT * FROM read_parquet(${sqlPath(path)})`,
    `CREATE TEMP TABLE base AS SELECT row_id, requests, model, input_tokens, cache_read_tokens, cache_write_5m, cache_write_1h,
      output_tokens, input_tokens / requests AS seen_input, output_tokens / requests AS seen_output FROM ledger`,
  ];
}
