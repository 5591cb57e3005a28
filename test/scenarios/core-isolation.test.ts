import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { ofAgents } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { oAgent, oInput, oOutput, triage } from '../support/scenario-agents/o-agents.ts';
import { at, openStage } from '../support/scenario-stage.ts';
import { until } from '../support/until.ts';

const SECRETS = ['user_1_secret', 'user_2_secret'] as const;
/** Works one at a time for each user. */
const one = oAgent('one_at_a_time', 400, { concurrency: { perUser: 1 } });
/** Says all it knows as it fails. */
const teller = defineAgent({
  name: 'teller',
  input: oInput,
  output: oOutput,
  retry: { maxAttempts: 1 },
  run(_input, { context }) {
    // Without its key, which would have it redacted: that alone must not be what keeps it from others.
    throw new Error(`cannot work with ${Object.values(context.metadata).join(', ')}`);
  },
});

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({ agents: [triage, one, teller] });
});
afterAll(() => stage.stop());

const startOf = (n: number, runId = `run_${n}`) => ({
  runId,
  requestId: `request_${runId}`,
  threadId: `thread_${n}`,
  metadata: { secret_data: SECRETS[n - 1] },
});
const openRunsOf = async (user: string) =>
  (await (await stage.clientOf(user)).runs({ open: true })).map(({ run_id }) => run_id);

test('test_user_execution_engine_isolation', async () => {
  const users = ['user_1', 'user_2'] as const;
  const [client1, client2] = await Promise.all(users.map((user) => stage.clientOf(user)));
  const runs = await Promise.all(users.map((user, n) => stage.run(user, 'triage', {}, startOf(n + 1))));
  await Promise.all(users.map((user, n) => stage.run(user, 'teller', {}, startOf(n + 1, `told_${n + 1}`))));

  expect(runs.map(({ outcome }) => outcome.success)).toEqual([true, true]);
  const listed = await until(
    () => client2!.runs(),
    (all) => all.length === 2,
  );
  expect(listed.map(({ run_id }) => run_id)).toEqual(['told_2', 'run_2']);
  const told = await client2!.run('told_2', 'runAgent').result();
  expect(told.error?.message).toContain(SECRETS[1]);
  const stats = await client2!.stats();
  expect(stats).toMatchObject({ total_executions: 2, failed_executions: 1, concurrent_executions: 0 });
  const reached = JSON.stringify([listed, told, stats, runs[1]?.run, await stage.feedOf('user_2')]);
  expect(reached).not.toContain(SECRETS[0]);
  expect(reached).not.toMatch(/user_1|run_1/);

  const answerOf = async (runId: string) => {
    const handle = client2!.run(runId, 'runAgent');
    const refusals = await Promise.allSettled([handle.result(), handle.state()]);
    const texts = refusals.map((refusal) => (refusal.status === 'rejected' ? String(refusal.reason) : 'answered'));
    const seen = await stage.feedOf('user_2', runId);
    return { seen, described: await handle.describe(), texts: texts.map((text) => text.replaceAll(runId, 'ID')) };
  };
  const foreign = await answerOf('run_1');
  expect(foreign).toEqual(await answerOf('run_nobody_had'));
  expect(foreign).toMatchObject({ seen: [], described: undefined });

  // User 1 has used up the limit: its second agent waits, while user 2's begins at once.
  const limited = [startOf(1, 'first_1'), startOf(1, 'second_1')];
  const busy = limited.map((options) => client1!.start('runAgent', { agent: 'one_at_a_time', input: {} }, options));
  await until(
    () => stage.feedOf('user_1'),
    (events) => ofAgents(events).filter(({ agent }) => agent === 'one_at_a_time').length >= 2,
  );
  const own = await client2!.start('runAgent', { agent: 'one_at_a_time', input: {} }, startOf(2, 'first_2'));
  // Temporal's list follows each start by moments, and no user's before another's.
  await until(
    () => Promise.all(users.map(openRunsOf)),
    ([firsts, own]) => firsts!.length === 2 && own!.length === 1,
  );
  expect(await openRunsOf('user_2')).toEqual(['first_2']);
  await Promise.all(busy.map(async (start) => (await start).result()));
  const untouched = await client2!.start('runAgent', { agent: 'one_at_a_time', input: {} }, startOf(2, 'second_2'));
  await client1!.close();
  expect((await untouched.result()).status).toBe('completed');
  expect((await own.result()).status).toBe('completed');
  const begun = async (user: string, runId: string) =>
    at((await stage.feedOf(user, runId)).find(({ type }) => type === 'agent_started')!);
  const asked = at((await stage.feedOf('user_2', 'first_2'))[0]!);
  const other_user_waited_ms = (await begun('user_2', 'first_2')) - asked;
  expect(other_user_waited_ms).toBeLessThan(300);
  const firsts = await Promise.all([begun('user_1', 'first_1'), begun('user_1', 'second_1')]);
  expect(Math.abs(firsts[0] - firsts[1])).toBeGreaterThanOrEqual(600);
  await client2!.close();
  expect(await stage.openRuns()).toEqual([]);
  measured('test_user_execution_engine_isolation', { foreign_texts: 0, other_user_waited_ms });
});
