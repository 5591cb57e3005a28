import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { connectFeed } from '../../src/feed/connect-feed.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import type { Step } from './scripted.ts';
import { startTestGateway } from './test-gateway.ts';
import { outcomeOf, startTestWorker } from './test-run.ts';

const look = defineTool({
  name: 'look',
  effect: 'none',
  input: z.object({ at: z.string() }),
  output: z.object({ seen: z.string() }),
  run: ({ at }) => {
    if (at === 'nothing') throw new Error('there is nothing to see');
    return { seen: `<b>${at}</b>` };
  },
});

/** Thinks and calls a tool, fails once after that, and then does the same again and ends. */
const reader = defineAgent({
  name: 'reader',
  input: z.unknown(),
  output: z.object({ seen: z.string() }),
  tools: { look },
  retry: { maxAttempts: 3, initialIntervalMs: 10 },
  async run(_input, { think, tools, attempt }) {
    think('Opening the file', { progress: 20 });
    const { seen } = await tools.look({ at: 'rows' });
    if (attempt === 1) throw new Error('not yet');
    think('Counting the rows', { progress: 80 });
    return { seen };
  },
});

const loser = defineAgent({
  name: 'loser',
  input: z.unknown(),
  output: z.unknown(),
  tools: { look },
  retry: { maxAttempts: 1 },
  run: (_input, { tools }) => tools.look({ at: 'nothing' }),
});

/** Real runs of two agents whose events a feed client receives from a real gateway. */
export async function startFeedOfRuns() {
  const gateway = await startTestGateway();
  const worker = await startTestWorker({ agents: [reader, loser], notifier: gateway.log });

  return {
    /** Events of one run, from its first to its last, as the feed client gives them. */
    async eventsOf(steps: Step[], { cancelAt }: { cancelAt?: string } = {}) {
      const { handle, runId } = await worker.start('scripted', { steps }, { userId: 'ann' });
      const feed = connectFeed({ url: gateway.url, token: await gateway.token('ann'), runId });
      const events: BatonEvent[] = [];
      for await (const event of feed.events()) {
        events.push(event);
        if (event.type === cancelAt) await handle.cancel();
        else if (event.type === 'approval_requested') {
          await handle.signal('decide', { approval_id: event.payload.approval_id, decision: 'approve', by: 'ann' });
        }
        if (/^run_(completed|failed|cancelled)$/.test(event.type)) break;
      }
      feed.close();
      await outcomeOf(handle).catch(() => undefined);
      return { runId, events };
    },
    async stop() {
      await worker.stop();
      await gateway.stop();
    },
  };
}

/** What was received, once more as a stream. */
export async function* replayed<T>(values: readonly T[]): AsyncGenerator<T, void> {
  yield* values;
}
