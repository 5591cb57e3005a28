import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { costApp } from '../../src/agents/cost-app.ts';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { createPathHider } from '../../src/gateway/without-host-paths.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { startTestWorker } from '../support/test-run.ts';

const reader = defineAgent({
  name: 'reader',
  input: z.object({ path: z.string().meta({ host_path: true }) }),
  output: z.object({ text: z.string() }),
  retry: { maxAttempts: 1 },
  run: ({ path }) => ({ text: readFileSync(path, 'utf8') }),
});

const cost = costApp({ dataDir: '/nowhere' });
const [triage] = cost.agents;
const review = definePlan({ name: 'review', input: z.object({ files: z.array(z.string()) }) }, (p) => {
  p.step('look', triage, { files: p.input.files });
});
const app = defineApp({ agents: [...cost.agents, reader], plans: [review] });

const ann = randomUUID();
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  gateway = await startTestGateway({ app, env: { BATON_ADHOC_PLANS: '1' } });
  worker = await startTestWorker({ agents: [reader], notifier: gateway.log });
});
afterAll(async () => {
  await worker.stop();
  await gateway.stop();
});

async function start(workflow: string, input: unknown) {
  const answer = await gateway.post(ann, '/v1/runs', { workflow, input });
  return { status: answer.status, body: (await answer.json()) as { errors?: { path: string }[] } };
}

faultTest(
  'no agent that takes paths can be started over HTTP, by whichever plan names it',
  { kind: 18, before: 'A plan of two lines read any file of the machine: its first line stood in the error.' },
  async () => {
    const path = join(gateway.dataDir, 'jwt-secret');
    writeFileSync(path, 'the-secret-of-the-tokens');
    const files = [{ path, bytes: 1, format: 'azure_llm_trace', grade: 'R' }];
    const inputs = {
      triage: { files: [path] },
      data_helper: { files, priced_at: '2026-11-24T00:00:00Z', prices: path },
    };
    const plans: [unknown, string][] = [
      ...Object.entries(inputs).map(([agent, input]): [unknown, string] => [
        { plan: { name: 'p', steps: [{ id: 'a', agent, input }] } },
        '/input/plan/steps/0/agent',
      ]),
      [{ plan: 'review', input: { files: [path] } }, '/input/plan'],
      [
        {
          plan: {
            name: 'p',
            steps: [{ id: 'a', agent: 'reader', compensate: { agent: 'triage', input: inputs.triage } }],
          },
        },
        '/input/plan/steps/0/compensate/agent',
      ],
    ];
    const answers = await Promise.all(plans.map(([input]) => start('runPlan', input)));
    expect(answers.map(({ status, body }) => [status, body.errors?.[0]?.path])).toEqual(
      plans.map(([, where]) => [422, where]),
    );
    expect((await start('review', { files: [path] })).status).toBe(422);
    expect((await start('runAgent', { agent: 'triage', input: inputs.triage })).status).toBe(422);
    return `All ${plans.length + 2} ways are refused, each with the path of what is refused.`;
  },
);

faultTest(
  'no error over HTTP says where a file lies on the machine',
  { kind: 18, before: 'Feed and run said in full which file an agent had looked for.' },
  async () => {
    const path = join(gateway.dataDir, 'uploads', 'usage.csv');
    const { handle, runId } = await worker.start(
      'scripted',
      { steps: [{ agent: 'reader', input: { path } }] },
      { userId: ann },
    );
    await handle.result();
    const answers = [`/v1/runs/${runId}`, '/v1/events?limit=100'].map(async (call) =>
      (await gateway.call(ann, call)).text(),
    );
    const [view = '', events = ''] = await Promise.all(answers);
    expect(JSON.parse(view)).toMatchObject({
      agents: [{ error: { message: expect.stringContaining("open 'usage.csv'") } }],
    });
    const shown = [view, events].filter((text) => text.includes(gateway.dataDir));
    expect(events).toContain('agent_error');
    expect(shown).toEqual([]);
    return `Of ${answers.length} answers about it ${shown.length} say it.`;
  },
);

test('a run with such an agent, which an operator started, is not started again over HTTP either', async () => {
  const { handle, runId } = await worker.start('runAgent', { agent: 'triage', input: {} }, { userId: ann });
  for await (const { type } of gateway.log.follow({ userId: ann, runId, after: 0 })) if (type === 'run_started') break;
  const answer = await gateway.post(ann, `/v1/runs/${runId}/retry`, {});
  await handle.terminate().catch(() => undefined);
  expect([answer.status, await answer.json()]).toEqual([
    409,
    expect.objectContaining({ code: 'not_retryable', detail: expect.stringContaining('agent "triage"') }),
  ]);
});

test('an upload that looks like a sealed file is a file of an unknown format', async () => {
  const body = new Uint8Array(Buffer.concat([Buffer.from('\0BATONF1\x02k1', 'latin1'), Buffer.alloc(100)]));
  const answer = await gateway.call(ann, '/v1/uploads', { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ code: 'unknown_format' })]);
});

test('of a path its last name is left, and web addresses stay as they are', () => {
  const { text } = createPathHider({ dataDir: '/srv data/baton' });
  const cases = [
    ["ENOENT, open '/etc/ssl/private/key.pem'", "ENOENT, open 'key.pem'"],
    ['at file:///home/ann/app/agents.ts:3:14', 'at agents.ts:3:14'],
    ['is not in file:/var/lib/baton/blobs: see BATON_STORE', 'is not in file:blobs: see BATON_STORE'],
    ['/srv data/baton/uploads/ab/x.csv: is empty', 'x.csv: is empty'],
    [String.raw`cannot read C:\Users\ann\baton\x.csv`, 'cannot read x.csv'],
    ['GET https://api.example.com/v1/etc/runs failed', 'GET https://api.example.com/v1/etc/runs failed'],
    ['there is no GET /v1/runs/home/x', 'there is no GET /v1/runs/home/x'],
    ['1/2 and 3/4 of tmp/x', '1/2 and 3/4 of tmp/x'],
  ];
  for (const [given = '', seen] of cases) expect(text(given)).toBe(seen);
});
