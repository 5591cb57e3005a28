import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createStatsReader } from '../../src/client/stats-reader.ts';
import { statsSchema } from '../../src/contracts/stats.ts';
import { figuresOf } from '../../src/feed/stats/figures-of.ts';
import { newEvent } from '../notifier/events.ts';
import { startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

/** A run of a user in the log, one agent of which ended so. */
async function ran(user_id: string, run_id: string, end: 'agent_completed' | 'agent_error') {
  const own = { user_id, run_id };
  const events = [newEvent('run_started', own), newEvent('agent_started', own), newEvent(end, own)];
  await gateway.log.append([...events, newEvent('run_completed', own)]);
}

async function statsOf(user: string, query = '') {
  const answer = await gateway.call(user, `/v1/stats${query}`);
  expect(answer.status).toBe(200);
  return statsSchema.parse(await answer.json());
}

test('statistics are one user’s own: nothing in them is of another', async () => {
  await ran('ann', 'r1', 'agent_completed');
  await ran('ann', 'r2', 'agent_error');
  await ran('bob', 'secret-run', 'agent_error');
  const [ann, bob, carl] = [await statsOf('ann'), await statsOf('bob'), await statsOf('carl')];
  expect(ann).toMatchObject({ total_executions: 2, failed_executions: 1, events: { total: 8, users: 1, runs: 2 } });
  expect(JSON.stringify(ann)).not.toContain('secret-run');
  expect(bob).toMatchObject({ total_executions: 1, failed_executions: 1 });
  expect(carl).toMatchObject({ total_executions: 0, agents: {}, history: [] });
});

test('the history is paged, and a cursor that is none is refused', async () => {
  const first = await statsOf('ann', '?limit=1');
  const second = await statsOf('ann', `?limit=1&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
  expect([...first.history, ...second.history].map(({ run_id }) => run_id)).toEqual(['r2', 'r1']);
  expect(second.next_cursor).toBeNull();
  for (const query of ['?cursor=rubbish', '?limit=0', '?limit=x']) {
    const refused = await gateway.call('ann', `/v1/stats${query}`);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([400, 'invalid_request']);
  }
});

test('without a token there are none', async () => {
  expect((await fetch(`${gateway.url}/v1/stats`)).status).toBe(401);
});

test('the route is described', async () => {
  const api = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  expect(JSON.stringify(api.paths['/v1/stats'])).toContain('timeout_executions');
});

test('metrics of executions come from the log, over all users', async () => {
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
  expect(await metrics()).toContain('baton_executions_total{agent="triage",outcome="failed"} 2\n');
  await ran('dora', 'r1', 'agent_error');
  await gateway.log.append([newEvent('agent_started', { user_id: 'eve' })]);
  const after = await metrics();
  for (const line of [
    'baton_executions_total{agent="triage",outcome="completed"} 1',
    'baton_executions_total{agent="triage",outcome="failed"} 3',
    'baton_executions_total{agent="triage",outcome="timeout"} 0',
    'baton_executions_running{agent="triage"} 1',
    'baton_active_runs 1',
    'baton_events_total 17',
  ]) {
    expect(after).toContain(`${line}\n`);
  }
});

test('every other figure is a metric of its own, by agent where it is one of agents', async () => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const { agents, events, ...all } = figuresOf(await createStatsReader(gateway.log).all());
  const metric = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  const { total: _total, duration, mean_gap, max_gap, min_gap, ...counts } = events;
  const times = { duration, mean_gap, max_gap, min_gap };
  for (const [name, value] of Object.entries(counts))
    expect([name, metric(`baton_events_${name}`)]).toEqual([name, value]);
  for (const [name, value] of Object.entries(times)) {
    expect([name, metric(`baton_events_${name}_seconds`)]).toEqual([name, value]);
  }
  const of = (name: string) => metric(`${name}{agent="triage"}`);
  expect({
    max_concurrent: of('baton_max_concurrent_executions'),
    avg_queue_wait_time: of('baton_avg_queue_wait_seconds'),
    max_queue_wait_time: of('baton_max_queue_wait_seconds'),
    avg_execution_time: of('baton_avg_execution_seconds'),
    max_execution_time: of('baton_max_execution_seconds'),
  }).toEqual({
    max_concurrent: agents.triage?.max_concurrent,
    avg_queue_wait_time: agents.triage?.avg_queue_wait_time,
    max_queue_wait_time: agents.triage?.max_queue_wait_time,
    avg_execution_time: agents.triage?.avg_execution_time,
    max_execution_time: agents.triage?.max_execution_time,
  });
  expect(metric('baton_max_concurrent_executions_all')).toBe(all.max_concurrent);
});

test('no metric names a user', async () => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  for (const user of ['ann', 'bob', 'dora', 'eve']) expect(text).not.toContain(`"${user}"`);
});
