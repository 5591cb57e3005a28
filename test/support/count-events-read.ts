import { StatementSync, type SQLInputValue } from 'node:sqlite';

/** Counts the events that this process reads from SQLite logs, until it is stopped. */
export function countEventsRead() {
  const { all } = StatementSync.prototype;
  let read = 0;
  StatementSync.prototype.all = function counted(this: StatementSync, ...args: SQLInputValue[]) {
    const rows = all.apply(this, args as Parameters<typeof all>);
    read += rows.filter((row) => 'json' in row && 'seq' in row).length;
    return rows;
  } as typeof all;
  return {
    read: () => read,
    stop: () => void (StatementSync.prototype.all = all),
  };
}
