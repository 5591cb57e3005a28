import type { ClientLine, SeenEvent } from '../records/lines.ts';

export type WatchOptions = {
  user: string;
  /** The gateway. */
  url: string;
  token: string;
  record: (line: ClientLine) => void;
  onEvent: (event: SeenEvent) => void;
  /** Names the client in the records. */
  client?: string;
};

export type Watcher = {
  user: string;
  /** Sequence of the last event it was given. */
  last(): number;
  close(): Promise<void>;
};
