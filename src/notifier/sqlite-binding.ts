import type { SqliteFile } from './sqlite-file.ts';
import { rebound, type BindingRecord, type TemporalBindings } from './temporal-binding.ts';

const KEY = 'temporal';

/** The binding as a row of the event log's `meta` table. */
export function createSqliteBinding({ db, path, transaction }: SqliteFile): TemporalBindings {
  const find = db.prepare('SELECT value FROM meta WHERE key = ?');
  const save = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');

  function get(): BindingRecord | undefined {
    const row = find.get(KEY) as { value: string } | undefined;
    return row && (JSON.parse(row.value) as BindingRecord);
  }

  function set(record: BindingRecord): BindingRecord {
    save.run(KEY, JSON.stringify(record));
    return record;
  }

  return {
    place: path,
    read: async () => get(),
    bind: (binding) => transaction(() => get() ?? set({ current: binding, earlier: [] })),
    rebind: ({ from, to }) =>
      transaction(() => {
        const now = get() ?? { current: from, earlier: [] };
        return now.current.namespaceId === from.namespaceId && now.current.at === from.at ? set(rebound(now, to)) : now;
      }),
  };
}
