/**
 * The one row every source is brought to. Token counts are totals over `requests`, and `input_tokens` includes cache reads and
 * writes: sources disagree on that, so each adapter converts. What a source does not say stays NULL.
 */
export const LEDGER_COLUMNS = {
  row_id: 'BIGINT',
  source_file: 'INTEGER',
  source_row: 'BIGINT',
  ts: 'TIMESTAMP',
  granularity: 'VARCHAR',
  requests: 'DOUBLE',
  provider: 'VARCHAR',
  model_requested: 'VARCHAR',
  model: 'VARCHAR',
  input_tokens: 'DOUBLE',
  cache_read_tokens: 'DOUBLE',
  cache_write_5m: 'DOUBLE',
  cache_write_1h: 'DOUBLE',
  output_tokens: 'DOUBLE',
  reasoning_tokens: 'DOUBLE',
  service_tier: 'VARCHAR',
  batch: 'BOOLEAN',
  key_id: 'VARCHAR',
  project: 'VARCHAR',
  user_id: 'VARCHAR',
  session_id: 'VARCHAR',
  tags: 'VARCHAR[]',
  status: 'VARCHAR',
  latency_ms: 'DOUBLE',
  finish_reason: 'VARCHAR',
  dup_key: 'VARCHAR',
  prefix_blocks: 'BIGINT[]',
  prefix_block_tokens: 'INTEGER',
  cost_billed_usd: 'DOUBLE',
  cost_list_usd: 'DOUBLE',
} as const;

export type LedgerColumn = keyof typeof LEDGER_COLUMNS;

/** Columns an adapter may fill; the rest (row ids, assigned model, list price) belong to the ledger's own writer. */
export type SourceColumn = Exclude<
  LedgerColumn,
  'row_id' | 'source_file' | 'source_row' | 'provider' | 'model' | 'cost_list_usd'
>;
