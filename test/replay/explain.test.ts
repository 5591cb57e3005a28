import { beforeAll, describe, expect, test } from '@jest/globals';
import { bundleApp } from '../../src/replay/bundle-app.ts';
import { replayHistories, type NamedHistory } from '../../src/replay/replay-histories.ts';
import { quietRuntime } from '../../src/testing/quiet-runtime.ts';
import { mutationBench } from './mutation-bench.ts';
import { committedHistories, divergences } from './committed.ts';
import { SCENARIOS } from './scenarios.ts';

quietRuntime();
let committed: NamedHistory[];
const copyOf = (name: string) => structuredClone(committed.find((one) => one.name === name) as NamedHistory);

beforeAll(async () => {
  committed = await committedHistories();
});

describe('a divergence', () => {
  test('names the agent that history has and the one that the code wants, in every run that reached it', async () => {
    using bench = mutationBench();
    const mutated = await bench.bundle({
      file: 'cost-optimization.ts',
      change: (source) =>
        source
          .replace("agent('triage'", "agent('SWAP'")
          .replace("agent('data_helper'", "agent('triage'")
          .replace("agent('SWAP'", "agent('data_helper'"),
    });
    const failed = await divergences(mutated, committed);
    const cost = SCENARIOS.map(({ name }) => name).filter((name) => name.startsWith('cost-'));
    expect(Object.keys(failed).sort()).toEqual(cost.sort());
    expect(failed['cost-completed']).toBe(
      'step 1, agent triage: history scheduled triage here, the code now schedules data_helper; event 7',
    );
  });

  test('says by the step of its plan what is no longer undone', async () => {
    using bench = mutationBench();
    const mutated = await bench.bundle({
      file: 'run-plan.ts',
      change: (source) => source.replace('run.compensate(entry);', ''),
    });
    const failed = await divergences(mutated, committed);
    expect(failed['plan-compensated']).toMatch(
      /^step b, agent echo: history scheduled echo \(undo-b-2\) here, the code now ends the run \(run_failed\); event \d+$/,
    );
  });
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
