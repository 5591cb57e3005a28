/** A JavaScript string as an SQL literal. Numbers go into statements as they are, everything else through here. */
export function sqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A path as an SQL literal for DuckDB's readers, which would otherwise take `*`, `?` and `[` in a file name as wildcards. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, '[$&]'));
}
