import type { BatonEvent } from '../../contracts/event.ts';

type Awaitable<T> = T | Promise<T>;

/** What the gateway needs of the event log. */
export type FeedLog = {
  read(where: { userId: string; after: number; limit: number; runId?: string }): Awaitable<BatonEvent[]>;
  head(where: { userId: string }): Awaitable<{ epoch: string; head: number; earliest: number }>;
  follow(where: { userId: string; after: number; signal?: AbortSignal }): AsyncGenerator<BatonEvent>;
};
