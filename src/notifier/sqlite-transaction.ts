import { setTimeout } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { BatonError } from '../contracts/baton-error.ts';
import { LOG_UNAVAILABLE } from '../contracts/unavailable.ts';

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return (Number((error as { errcode?: unknown }).errcode) & 0xff) === SQLITE_BUSY;
}

type TransactionOptions = {
  /** Resolves only once the disk has it, so that it survives a loss of power as well. @default as the file is opened */
  synced?: boolean;
};

/** Runs synchronous `work` in a transaction of its own. */
export type Transaction = <T>(work: () => T, options?: TransactionOptions) => Promise<T>;

/**
 * Makes transactions of the file. One that another process writes to is waited for without blocking this process, whose
 * heartbeats must go on; for `busyTimeoutMs`, then the transaction is refused with code `log_unavailable`, to be tried
 * again. `verify` throws once the file is no longer the one at its path.
 */
export function createTransaction(
  db: DatabaseSync,
  { path, busyTimeoutMs, verify }: { path: string; busyTimeoutMs: number; verify: () => void },
): Transaction {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');

  /** False if another process writes. */
  function tryBegin(synced: boolean): boolean {
    try {
      // It cannot be changed within a transaction.
      if (synced) db.exec('PRAGMA synchronous = FULL');
      begin.run();
      return true;
    } catch (error) {
      if (synced) db.exec(`PRAGMA synchronous = ${usual}`);
      if (isBusy(error)) return false;
      throw error;
    }
  }

  // No await between begin and commit: the connection is shared, and has one transaction at a time.
  function inTransaction<T>(work: () => T, synced: boolean): T {
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    } finally {
      if (synced) db.exec(`PRAGMA synchronous = ${usual}`);
    }
  }

  const { synchronous: usual } = db.prepare('PRAGMA synchronous').get() as { synchronous: number };

  return async function transaction(work, { synced = false } = {}) {
    verify();
    const deadline = performance.now() + busyTimeoutMs;
    while (!tryBegin(synced)) {
      if (performance.now() > deadline) {
        const message = `${path} is locked by another process for more than ${busyTimeoutMs} ms`;
        throw new BatonError('NetworkError', message, { code: LOG_UNAVAILABLE });
      }
      await setTimeout(1 + Math.random() * 10);
    }
    const result = inTransaction(work, synced);
    // What was committed into a file that was removed meanwhile is lost with it.
    verify();
    return result;
  };
}
