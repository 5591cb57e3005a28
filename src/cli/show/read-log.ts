import type { FeedSource } from '../../client/feed-source.ts';
import type { BatonEvent } from '../../contracts/event.ts';
import { emptyFeed, foldFeed } from '../../feed/fold.ts';

import type { Evidence } from './evidence.ts';

type Told = Pick<Evidence, 'folded' | 'paused' | 'approvals'>;

/** What a run's events tell: how it stands, who paused it, and what it asks. */
export async function readLog(
  source: Pick<FeedSource, 'events'>,
  run: { userId: string; runId: string },
): Promise<Told> {
  let feed = emptyFeed();
  let paused: Evidence['paused'] = null;
  const asked = new Map<string, BatonEvent & { type: 'approval_requested' }>();

  function read(event: BatonEvent) {
    feed = foldFeed(feed, event);
    const { type, at, payload } = event;
    if (type === 'run_paused') paused = { by: payload.by, reason: payload.reason ?? null, at };
    else if (type === 'approval_requested') asked.set(payload.approval_id, event);
  }

  for await (const event of source.events(run)) read(event);
  const folded = feed.runs[0];
  const open = folded?.ended_at === null ? folded.approvals.filter(({ decision }) => decision === null) : [];
  const approvals = open.map(({ approval_id, question, options, expires_at }) => {
    const { at = null, payload } = asked.get(approval_id) ?? {};
    return { approval_id, question, options, expires_at, asked_at: at, on_expiry: payload?.on_expiry ?? null };
  });
  return { folded, paused, approvals };
}
