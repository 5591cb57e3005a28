import type { Grade } from '../../contracts/report.ts';
import type { SourceColumn } from '../ledger/ledger-columns.ts';

/** What an adapter looks at to recognise a file: its first lines, without line ends. */
type Head = { lines: string[] };

/** The cells of a CSV line without the quotes and spaces around them, in lower case. */
export function plainCells(line: string, separator = ','): string[] {
  return line.split(separator).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  );
}

/** A test of a source row, in SQL over the columns of `scan`. The first one that holds is the reason to reject the row. */
export type RowCheck = { when: string; reason: string };

/**
 * An adapter: how one export format becomes ledger rows. It describes the conversion in SQL and never touches rows itself,
 * so that a file larger than memory streams through the database.
 */
export type Format = {
  id: string;
  /** For people, in the list of what is understood. */
  describe: string;
  /** Best grade a file of this format can have. */
  grade: Grade;
  /** `relative`: times count from the start of the trace, so days of the week mean nothing. */
  clock: 'absolute' | 'relative';
  /** First line of a CSV file of this format; what only differs from it in a way that is known is refused by that. */
  header?: string;
  /** Keys of each object of a JSONL file of this format, in lower case; as `header`. */
  keys?: readonly string[];
  detect: (head: Head) => boolean;
  /** Whether a line of the head is a data row rather than a header. */
  isDataLine: (line: string) => boolean;
  /** SELECT yielding `source_row` (line number, from 1) and whatever `checks` and `columns` refer to. */
  scan: (path: string) => string;
  checks: RowCheck[];
  /** SQL expression for each ledger column the format carries. */
  columns: Partial<Record<SourceColumn, string>>;
  /** What the traffic is, for headings. `year` is that of the first row. */
  label: (file: { path: string; year: number }) => string;
};
