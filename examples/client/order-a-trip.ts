import type { BatonClient } from 'baton-agents/client';
import { trip } from '../own-workflow/workflows.ts';

/** Starts a trip, or finds the one of the same request, and says what its agents do. */
export async function orderATrip(baton: BatonClient, requestId: string, say: (line: string) => void) {
  const run = await baton.start(trip, { sku: 'map' }, { requestId, threadId: 'holidays' });
  for await (const { type, agent } of run.events()) say(`${type} ${agent ?? ''}`.trim());
  const { status, result } = await run.result();
  say(`${status}: ${result?.receipt}`);
  return run;
}
