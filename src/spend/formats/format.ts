import type { Grade } from '../../contracts/report.ts';
import type { SourceColumn } from '../ledger/ledger-columns.ts';

/** What an adapter looks at to recognise a file: its first lines, without line ends. */
export type Head = { lines: string[] };

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
