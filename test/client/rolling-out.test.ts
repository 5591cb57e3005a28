import { expect } from '@jest/globals';
import { defineApp } from '../../src/agents/define-app.ts';
import example from '../../examples/own-workflow/app.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestClient } from '../support/test-client.ts';

const { agents, workflows } = example;

faultTest(
  'a client that is older than the worker starts a run that calls an agent it does not know',
  { kind: 30, before: 'Each run failed at once with "no limits for agent buyer in the run\'s input".' },
  async () => {
    const older = defineApp({ agents: agents.filter(({ name }) => name !== 'buyer'), workflows });
    const at = await startTestClient({ app: example });
    try {
      const baton = await at.clientOf('ann', { app: older });
      const run = await baton.startNamed('trip', { sku: 'map' });
      expect(await run.result()).toMatchObject({ status: 'completed', result: { receipt: 'map for 300 cents' } });
      const { events } = await at.temporal.workflow.getHandle(run.workflowId).fetchHistory();
      const marks = (events ?? []).filter(
        ({ markerRecordedEventAttributes: mark }) => mark?.markerName === 'core_local_activity',
      );
      expect(marks).toHaveLength(1);
      return `The run completes; the limits of the agent were read once, as ${marks.length} marker of its history.`;
    } finally {
      await at.stop();
    }
  },
);
