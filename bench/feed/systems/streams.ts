import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '../../../src/contracts/event.ts';
import type { Settings, System } from './system.ts';

type Topic = Awaited<ReturnType<typeof openTopic>>;

/** Loaded where it is needed: the client of the package and the SDK's worker cannot be loaded into one process. */
async function openTopic(settings: Settings, userId: string) {
  const { streamOf } = await import('./stream-of.ts');
  return streamOf(settings, userId);
}

async function follow(topic: Topic, onEvent: (event: NewEvent) => void): Promise<never> {
  for (let next = 0; ;) {
    try {
      for await (const { data, offset } of topic.subscribe(next, { pollCooldown: 0 })) {
        next = offset + 1;
        onEvent(data);
      }
    } catch {
      // A poll that the server refuses or does not answer ends the subscription: its user would begin again there.
      await sleep(50);
    }
  }
}

/**
 * Temporal's Workflow Streams with the quickest options: each event is sent at once instead of with the batch of two
 * seconds, and a subscriber polls again at once instead of after 100 ms.
 */
export const streams: System = {
  async serve(settings) {
    const { serveStreams } = await import('./serve-streams.ts');
    await serveStreams(settings);
  },
  async openPublisher(settings) {
    const topics = new Map<string, Promise<Topic>>();
    return {
      async publish(event) {
        const topic = topics.get(event.user_id) ?? openTopic(settings, event.user_id);
        topics.set(event.user_id, topic);
        (await topic).publish(event, { forceFlush: true });
      },
    };
  },
  async connect(settings, { userId, onEvent }) {
    void follow(await openTopic(settings, userId), onEvent);
  },
};
