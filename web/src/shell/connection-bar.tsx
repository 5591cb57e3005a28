import type { FeedConnection } from '../../../src/feed/feed-state.ts';

const WORDS: Record<FeedConnection['status'], string> = {
  connecting: 'Connecting',
  catching_up: 'Catching up',
  live: 'Live',
  reconnecting: 'Reconnecting, nothing is lost',
  closed: 'Closed',
};

/** How the page is connected; loud only while it is not. */
export function ConnectionBar({ connection }: { connection: FeedConnection }) {
  const { status } = connection;
  return (
    <p class={`connection ${status}`} role="status">
      <span class="dot" aria-hidden="true" /> {WORDS[status]}
    </p>
  );
}
