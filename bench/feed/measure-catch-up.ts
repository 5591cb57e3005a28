import { openStore } from '../../src/notifier/open-store.ts';
import { baton } from './systems/baton.ts';
import type { Stage, Subject } from './start-stage.ts';
import { thoughts } from './thoughts.ts';

const BATCH = 500;

/** Milliseconds from opening a socket until it has given all of a user's events, once per round. */
export async function measureCatchUp(
  stage: Stage,
  subject: Subject,
  events: number,
  rounds: number,
): Promise<number[]> {
  const settings = await stage.settings(subject);
  const userId = `late-${settings.port}`;
  const store = await openStore({ url: settings.store });
  const times: number[] = [];
  try {
    for (let n = 0; n < events; n += BATCH) await store.log.append(thoughts(userId, BATCH));
    await stage.start(settings).serve();
    for (let round = 0; round < rounds; round += 1) {
      let seen = 0;
      const from = performance.now();
      await baton.connect(settings, { userId, resumes: false, after: 0, onEvent: () => (seen += 1) });
      times.push(performance.now() - from);
      if (seen !== events) throw new Error(`a socket that begins at nothing gave ${seen} of ${events} events`);
    }
    return times;
  } finally {
    await store.close();
    await stage.clear();
  }
}
