import type { NewEvent } from '../../../src/contracts/event.ts';

/** Where everything of one measurement is; the same for all its processes. */
export type Settings = {
  system: 'baton' | 'socketio' | 'streams';
  /** Address of the Temporal server. */
  temporal: string;
  /** Store of events: `sqlite:PATH` or `redis://…`. */
  store: string;
  dataDir: string;
  /** Port that the serving process listens on. */
  port: number;
};

export type Publisher = { publish(event: NewEvent): Promise<void> };

export type ConnectOptions = {
  userId: string;
  /** Whether the client must come back by itself after its server was killed. */
  resumes: boolean;
  /** Of Baton: last sequence seen. @default the newest */
  after?: number;
  onEvent(event: NewEvent): void;
};

/** One way in which events go from an agent to a user's client, in three processes. */
export type System = {
  /** Serves clients; resolves when it does. */
  serve(settings: Settings): Promise<void>;
  openPublisher(settings: Settings): Promise<Publisher>;
  /** Resolves when the client is live. */
  connect(settings: Settings, options: ConnectOptions): Promise<void>;
};
