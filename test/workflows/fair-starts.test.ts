import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { RunHandle } from '../../src/client.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestClient } from '../support/test-client.ts';

/** A worker takes 40 workflow tasks at once by default: what is beyond them is the backlog that the server orders. */
const MANY = 120;
const FEW = 5;

let failing = true;
const brief = defineAgent({
  name: 'brief',
  input: z.looseObject({}),
  output: z.looseObject({}),
  retry: { maxAttempts: 1 },
  run({ fails }) {
    if (fails && failing) throw new Error('as it was told to');
    return {};
  },
});

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: [brief] });
});
afterAll(() => at.stop());

const keyOf = (user: string) => createHash('sha256').update(user).digest('hex').slice(0, 32);

async function fairnessKeyOf(workflowId: string) {
  const { raw } = await at.temporal.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.priority?.fairnessKey;
}

/** When the run's first task was begun, in nanoseconds. */
async function begunAt({ workflowId }: RunHandle): Promise<bigint> {
  const { events } = await at.temporal.workflow.getHandle(workflowId).fetchHistory();
  const time = events?.find(({ workflowTaskStartedEventAttributes: started }) => started)?.eventTime;
  return BigInt(String(time?.seconds ?? 0)) * 1_000_000_000n + BigInt(time?.nanos ?? 0);
}

faultTest(
  'the few runs of one user begin among the first of the many that another user started before',
  { kind: 15, before: 'All 300 runs of the first user began before the first of the five runs of the second one.' },
  async () => {
    const [greedy, modest] = await Promise.all([at.clientOf('greedy'), at.clientOf('modest')]);
    await at.stopWorkers();
    const start = (client: typeof greedy, runs: number) =>
      Promise.all(Array.from({ length: runs }, () => client.start('runAgent', { agent: 'brief', input: {} })));
    const many = await start(greedy, MANY);
    const few = await start(modest, FEW);
    await at.startWorker();
    await Promise.all([...many, ...few].map((run) => run.result()));

    const begun = await Promise.all([...many, ...few].map(async (run) => ({ run, time: await begunAt(run) })));
    const order = begun.toSorted((a, b) => Number(a.time - b.time)).map(({ run }) => run);
    const last = Math.max(...few.map((run) => order.indexOf(run)));
    expect(last).toBeLessThan(MANY / 2);
    return `The five runs of the second user began among the first ${last + 1} of ${MANY + FEW}, though they were started last.`;
  },
);

faultTest(
  'a run that is tried again stands in its user’s own queue',
  { kind: 15, before: 'A run that was tried again had no fairness key, as every start.' },
  async () => {
    const client = await at.clientOf('again');
    const run = await client.start('runAgent', { agent: 'brief', input: { fails: true } });
    await run.result();
    expect(await fairnessKeyOf(run.workflowId)).toBe(keyOf('again'));
    failing = false;
    await run.retry();
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await fairnessKeyOf(run.workflowId)).toBe(keyOf('again'));
    return 'Both starts of the run carry the key of its user.';
  },
);
