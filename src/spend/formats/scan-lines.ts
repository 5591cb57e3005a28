import { sqlPath } from '../sql-text.ts';

/**
 * SELECT of a text file's non-empty lines as `line`, with `source_row`, their number from 1.
 *
 * The CSV reader's own splitting is not used on purpose: a row with too few or too many columns would either stop the
 * import or vanish, and the rows after it would lose their number.
 */
export function scanLines(path: string): string {
  return `SELECT line, source_row FROM (
    SELECT line, row_number() OVER () AS source_row
    FROM read_csv(${sqlPath(path)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
      buffer_size = 8000000, delim = '\x01', quote = '', escape = '', strict_mode = false, new_line = '\\r\\n')
  ) WHERE line IS NOT NULL`;
}
