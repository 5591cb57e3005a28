import type { RunHandle } from '../client.ts';
import { checkGiven, durationFault, MAX_WAIT_MS } from '../contracts/number-fault.ts';
import { optionsFault } from '../contracts/option-names.ts';
import type { BatonEvent } from '../contracts/event.ts';
import { feedLines } from './feed-lines.ts';

/**
 * The first event of a run that matches, now or later.
 *
 * @throws Error with the feed so far when the run ends without one, or none has come within `waitMs` milliseconds
 */
export async function untilEvent(
  run: RunHandle,
  matches: (event: BatonEvent) => boolean,
  options: { waitMs?: number } = {},
): Promise<BatonEvent> {
  const { waitMs = 30_000 } = options;
  checkGiven('', {
    'the options of until': optionsFault<typeof options>(options, { waitMs: true }),
    waitMs: durationFault(waitMs, { most: MAX_WAIT_MS }),
  });
  const signal = AbortSignal.timeout(waitMs);
  const events: BatonEvent[] = [];
  for await (const event of run.events({ signal })) {
    if (matches(event)) return event;
    events.push(event);
  }
  const why = signal.aborted ? `within ${waitMs} ms` : 'before the run ended';
  const told = feedLines(events).map(({ line }) => `  ${line}`);
  throw new Error(`run ${run.workflowId} told no such event ${why}; it told:\n${told.join('\n')}`);
}
