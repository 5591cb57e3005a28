import { afterAll, beforeAll, expect } from '@jest/globals';
import { countEventsRead } from '../support/count-events-read.ts';
import { faultTest } from '../support/fault-test.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import type { Step } from '../support/scripted.ts';
import { startTestGateway, thought } from '../support/test-gateway.ts';
import { startTestWorker } from '../support/test-run.ts';

const THOUGHTS = 2_000;

const { agents } = gatedAgents();
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let worker: Awaited<ReturnType<typeof startTestWorker>>;
let events: ReturnType<typeof countEventsRead>;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { BATON_ADHOC_PLANS: '1' } });
  worker = await startTestWorker({ agents, notifier: gateway.log });
  events = countEventsRead();
});
afterAll(async () => {
  events.stop();
  await worker.stop();
  await gateway.stop();
});

/** A run of user `ann` with very many thoughts, up to its question. */
async function startLong(steps: Step[]) {
  const { handle, runId } = await worker.start('scripted', { steps }, { userId: 'ann' });
  for await (const { type } of gateway.log.follow({ userId: 'ann', runId, after: 0 }))
    if (type === 'approval_requested') break;
  const thoughts = Array.from({ length: THOUGHTS }, (_, n) => thought('ann', n, { runId }));
  await gateway.log.append(thoughts.map((each) => ({ ...each, workflow_id: handle.workflowId })));
  return { handle, path: `/v1/runs/${runId}` };
}

faultTest(
  'no action reads the events of its run, however many there are',
  { kind: 14, before: 'Each read and folded the whole log of its run: 2,000 events and more a call.' },
  async () => {
    const { handle, path } = await startLong([
      { ask: { id: 'go', question: 'Go on?' } },
      { ask: { id: 'sure', question: 'Sure?' } },
    ]);
    const statuses: Record<string, number> = {};
    const read: Record<string, number> = {};
    async function act(name: string, action: string, body: unknown = {}) {
      const before = events.read();
      statuses[name] = (await gateway.post('ann', `${path}/${action}`, body)).status;
      read[name] = events.read() - before;
    }
    await act('pause', 'pause');
    await act('resume', 'resume');
    await act('decide', 'approvals/go', { decision: 'approve' });
    await act('decide again', 'approvals/go', { decision: 'reject' });
    await act('decide another', 'approvals/nothing', { decision: 'approve' });
    await act('cancel', 'cancel');
    await handle.result().catch(() => undefined);
    await act('decide too late', 'approvals/sure', { decision: 'approve' });
    await act('retry', 'retry');
    await act('cancel again', 'cancel');
    expect(statuses).toEqual({
      pause: 202,
      resume: 202,
      decide: 200,
      'decide again': 409,
      'decide another': 404,
      cancel: 202,
      'decide too late': 404,
      retry: 202,
      'cancel again': 202,
    });
    const most = Math.max(...Object.values(read));
    expect(most).toBeLessThan(20);
    return `Of nine actions on a run with ${THOUGHTS} thoughts the one that reads most reads ${most} events.`;
  },
);

type Fault = { errors?: { path: string; message: string }[]; detail: string };

faultTest(
  'a field that is too long or too many is refused at once, by its name and its bound',
  { kind: 14, before: 'What-if looked each of 60,000 names up; a model of 900,000 characters was accepted.' },
  async () => {
    const many = Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`n${n}`, n]));
    const long = 'm'.repeat(900_000);
    const [run, runs] = ['/v1/runs/r1', '/v1/runs'];
    const cost = (input: unknown) => ({ workflow: 'costOptimization', input });
    const cases: [path: string, body: unknown, field: string, bound: string][] = [
      [`${run}/what-if`, { set: many }, '/set', '200'],
      [`${run}/what-if`, { set: { ['s'.repeat(900)]: 1 } }, '/set', '128'],
      [runs, cost({ model: long }), '/input/model', '200'],
      [runs, cost({ provider: long }), '/input/provider', '200'],
      [runs, cost({ set: many }), '/input/set', '200'],
      [runs, cost({ upload_ids: ['u'.repeat(900)] }), '/input/upload_ids/0', '128'],
      [runs, { workflow: long, input: {} }, '/workflow', '128'],
      [runs, { ...cost({}), metadata: many }, '/metadata', '100'],
      [runs, { ...cost({}), metadata: { a: long } }, '/metadata', '65536'],
      [runs, { workflow: 'runPlan', input: { plan: 'review', results: many } }, '/input/results', '500'],
      [`${run}/approvals/a1`, { decision: 'd'.repeat(1_000) }, '/decision', '128'],
      [`${run}/approvals/a1`, { decision: 'd', comment: long }, '/comment', '4000'],
      [`${run}/retry`, { from_step: 's'.repeat(1_000) }, '/from_step', '128'],
      [`${run}/retry`, { from_step: long }, '/from_step', '128'],
      [`${run}/pause`, { reason: long }, '', '16384'],
      [runs, { ...cost({}), thread_id: long + long }, '', '1048576'],
    ];
    const seen: unknown[] = [];
    let bytes = 0;
    for (const [path, body, , bound] of cases) {
      const answer = await gateway.post('bea', path, body);
      const text = await answer.text();
      bytes = Math.max(bytes, text.length);
      const [first] = (JSON.parse(text) as Fault).errors ?? [];
      seen.push([path, first?.path, answer.status >= 400 && answer.status < 500 && first?.message.includes(bound)]);
    }
    expect(seen).toEqual(cases.map(([path, , field]) => [path, field, true]));
    expect(bytes).toBeLessThan(2_000);
    return `All of ${cases.length} are refused by field and bound, in at most ${bytes} bytes.`;
  },
);

type Schema = Record<string, unknown> & { type?: string; properties?: Record<string, Schema>; items?: Schema };

/** Places of a JSON Schema that set no bound to what they take. */
function unbounded(schema: Schema | undefined, at: string): string[] {
  if (!schema) return [];
  const { type, properties = {}, items, anyOf, additionalProperties: others } = schema;
  const isText = type === 'string' && !['maxLength', 'enum', 'const', 'pattern'].some((bound) => bound in schema);
  const isList = type === 'array' && !('maxItems' in schema);
  const isMap = type === 'object' && typeof others === 'object' && !('maxProperties' in schema);
  return [
    ...(isText || isList || isMap ? [at] : []),
    ...Object.entries(properties).flatMap(([name, inner]) => unbounded(inner, `${at}/${name}`)),
    ...unbounded(items, `${at}[]`),
    ...((anyOf ?? []) as Schema[]).flatMap((inner) => unbounded(inner, at)),
  ];
}

faultTest(
  'OpenAPI states a bound for every text, list and map that a request may carry',
  { kind: 14, before: 'Names of workflows, metadata, assumptions and file names had none.' },
  async () => {
    type Operation = {
      parameters?: { name: string; schema: Schema }[];
      requestBody?: { content: Record<string, { schema: Schema }> };
    };
    const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
    );
    const listed = await (await gateway.call('bea', '/v1/workflows')).json();
    const { workflows } = listed as { workflows: { name: string; input: Schema }[] };
    const found = [
      ...operations.flatMap(([name, { parameters = [], requestBody }]) => [
        ...parameters.flatMap((each) => unbounded(each.schema, `${name} ${each.name}`)),
        ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => unbounded(schema, name)),
      ]),
      ...workflows.flatMap(({ name, input }) => unbounded(input, name)),
    ];
    expect(found).toEqual([]);
    const uploads = operations.find(([name]) => name === 'post /v1/uploads')?.[1].parameters;
    expect(uploads).toMatchObject([{ name: 'x-file-name', schema: { maxLength: 255 } }]);
    return `None of ${operations.length} operations takes a text, list or map without a stated bound.`;
  },
);
