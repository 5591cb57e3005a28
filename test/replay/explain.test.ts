import { beforeAll, describe, expect, test } from '@jest/globals';
import { bundleApp } from '../../src/replay/bundle-app.ts';
import { replayHistories, type NamedHistory } from '../../src/replay/replay-histories.ts';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';
import { committedHistories } from './committed.ts';

quietRuntime();
let committed: NamedHistory[];
const copyOf = (name: string) => structuredClone(committed.find((one) => one.name === name) as NamedHistory);

beforeAll(async () => {
  committed = await committedHistories();
});

describe('a history that cannot be replayed', () => {
  test('tells of its fault, and the others are replayed all the same', async () => {
    const gone = copyOf('cost-completed');
    const [{ workflowExecutionStartedEventAttributes: started } = {}] = gone.history.events;
    Object.assign(started ?? {}, { workflowType: { name: 'gone' } });
    const gap = copyOf('cost-completed');
    gap.history.events = gap.history.events.filter((event) => !event.activityTaskScheduledEventAttributes);
    const histories = [gone, gap, copyOf('plan-parallel'), copyOf('agent-failed')];

    const workflowBundle = await bundleApp({});
    const replayed = await replayHistories({ workflowBundle, histories });

    expect(replayed.map(({ divergence }) => divergence?.kind)).toEqual([
      'unknown_workflow',
      'damaged',
      undefined,
      undefined,
    ]);
    expect(replayed[0]?.divergence?.text).toMatch(/^workflow gone is not in the code/);
    expect(replayed[1]?.divergence?.text).toMatch(/^the history is damaged: .*out of order/);
  });
});
