import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { z } from 'zod';
import example from '../../examples/own-workflow/app.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect } from '../../src/client.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { startTestServer } from '../../src/testing/start-test-server.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const order = definePlan({ name: 'order', input: z.object({ sku: z.string() }) }, (p) => {
  p.step('quote', example.agents[0], { sku: p.input.sku });
});
const app = defineApp({ agents: example.agents, plans: [order] });

/** How long a call may take here; in use it is 10 s. */
const CALL_TIMEOUT_MS = 1_000;

/** Within which time every answer has to be there: some requests make several calls. */
const LIMIT_MS = 6_000;

let server: Awaited<ReturnType<typeof startTestServer>>;
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let pid: number;
beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-hang-'));
  server = await startTestServer({ dataDir });
  ({ pid } = JSON.parse(await readFile(join(dataDir, 'temporal.json'), 'utf8')) as { pid: number });
  gateway = await startTestGateway({ app, address: server.address, callTimeoutMs: CALL_TIMEOUT_MS } as object);
});
afterAll(async () => {
  process.kill(pid, 'SIGCONT');
  await gateway.stop();
  await server.stop();
});

async function timed<T>(work: Promise<T>) {
  const since = performance.now();
  const late = new Promise<string>((resolve) => setTimeout(resolve, LIMIT_MS, 'no answer').unref());
  const answer = await Promise.race([work, late]);
  return { answer, ms: performance.now() - since };
}

async function problemOf(response: Promise<Response>) {
  const { status, headers } = await response;
  const { code } = (await (await response).json()) as { code?: string };
  return { status, code, retryAfter: headers.get('retry-after') };
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    ({ type, message }: { type?: string; message: string }) => ({
      type,
      namesServer: message.includes(server.address),
    }),
  );

faultTest(
  'a Temporal server that hangs is 503 for every request in time, and a network error for every call of a client',
  {
    kind: 12,
    before:
      'with the server stopped by SIGSTOP, GET /v1/runs gave no answer for 75 s, and calls of a client none at all.',
    timeoutMs: 60_000,
  },
  async () => {
    const ann = randomUUID();
    const started = await gateway.post(ann, '/v1/runs', { workflow: 'order', input: { sku: 'map' }, run_id: 'r1' });
    expect(started.status).toBe(202);
    const { taskQueue, dataDir } = gateway;
    const options = { user: ann, app, address: server.address, taskQueue, dataDir, callTimeoutMs: CALL_TIMEOUT_MS };
    await using baton = await connect(options);
    const run = baton.run('r1', 'runPlan');
    const result = run.result();
    result.catch(() => undefined);
    process.kill(pid, 'SIGSTOP');
    const requests: Record<string, () => Promise<Response>> = {
      list: () => gateway.call(ann, '/v1/runs'),
      state: () => gateway.call(ann, '/v1/runs/r1'),
      start: () => gateway.post(ann, '/v1/runs', { workflow: 'order', input: { sku: 'map' } }),
      cancel: () => gateway.call(ann, '/v1/runs/r1/cancel', { method: 'POST' }),
      pause: () => gateway.call(ann, '/v1/runs/r1/pause', { method: 'POST' }),
      retry: () => gateway.call(ann, '/v1/runs/r1/retry', { method: 'POST' }),
      decision: () => gateway.post(ann, '/v1/runs/r1/approvals/go', { decision: 'approve' }),
      readyz: () => fetch(`${gateway.url}/readyz`),
    };
    const calls: Record<string, () => Promise<unknown>> = {
      start: () => baton.startNamed('order', { sku: 'map' }),
      runs: () => baton.runs(),
      describe: () => run.describe(),
      cancel: () => run.cancel(),
      terminate: () => run.terminate({ reason: 'a test' }),
    };
    const all = [
      ...Object.entries(requests).map(async ([name, request]) => ({ name, ...(await timed(problemOf(request()))) })),
      ...Object.entries(calls).map(async ([name, call]) => ({
        name: `${name}()`,
        ...(await timed(failureOf(call()))),
      })),
    ];
    const seen = await Promise.all(all);
    process.kill(pid, 'SIGCONT');
    const away = { status: 503, code: 'temporal_unavailable', retryAfter: '5' };
    const failed = { type: 'NetworkError', namesServer: true };
    expect(seen.map(({ name, answer }) => ({ name, answer }))).toEqual([
      ...Object.keys(requests).map((name) => ({ name, answer: away })),
      ...Object.keys(calls).map((name) => ({ name: `${name}()`, answer: failed })),
    ]);
    const longest = Math.max(...seen.map(({ ms }) => ms));
    await run.terminate({ reason: 'the end of the test' });
    expect(await result).toMatchObject({ status: 'terminated' });
    return `with a limit of ${CALL_TIMEOUT_MS} ms a call, ${seen.length} of ${seen.length} end in 503 or NetworkError, the last after ${(longest / 1_000).toFixed(1)} s; result() waits through it.`;
  },
);
