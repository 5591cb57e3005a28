import { DuckDBInstance } from '@duckdb/node-api';

/** Memory DuckDB may use before it spills to disk; leaves room for the rest of a small container. */
const DEFAULT_MEMORY_LIMIT = '1GB';

/** Rows of a table that DuckDB gives to a thread at once. */
const ROW_GROUP = 122_880;

/** How many threads pay for a table: one that has nothing to do does not sleep but looks for work, for a third more CPU. */
export function threadsFor(rows: number): number {
  return rows > ROW_GROUP ? 2 : 1;
}

/** A connection reduced to what this folder needs. */
export type Duck = {
  run: (sql: string) => Promise<void>;
  /** Rows as plain objects. Cast counts to DOUBLE in the query: a BIGINT comes back as a bigint. */
  rows: <Row>(sql: string) => Promise<Row[]>;
};

export type DuckOptions = {
  /** Folder for what does not fit in memory; emptied by DuckDB itself. */
  tempDir: string;
  /** With unit, e.g. `512MB`. @default DEFAULT_MEMORY_LIMIT */
  memoryLimit?: string;
  /** See `threadsFor`. @default 1 */
  threads?: number;
  /** Interrupts the statement that is running; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
};

/** Opens an in-memory DuckDB, hands it to `work` and closes it, whatever happens. */
export async function withDuck<Result>(
  { tempDir, memoryLimit = DEFAULT_MEMORY_LIMIT, threads = 1, signal }: DuckOptions,
  work: (duck: Duck) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    threads: String(threads),
    temp_directory: tempDir,
    // Extensions would be fetched over the network on first use; nothing here needs one.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  const guarded = async <Value>(call: () => Promise<Value>): Promise<Value> => {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
  try {
    return await work({
      run: (sql) => guarded(async () => void (await connection.run(sql))),
      rows: <Row>(sql: string) => guarded(async () => (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[]),
    });
  } finally {
    signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
    instance.closeSync();
  }
}
