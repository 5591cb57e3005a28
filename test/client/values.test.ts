import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAgent, defineApp, definePlan, defineTool } from 'baton-agents';
import { testApp, type TestApp } from 'baton-agents/testing';
import fc from 'fast-check';
import { z } from 'zod';
import { faultTest } from '../support/fault-test.ts';
import { jsonValue } from '../support/json-values.ts';
import { NOT_JSON } from '../support/odd-values.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const any = z.any();
const which = z.object({ which: z.number() });
const oddValue = (index: number) => ({ at: NOT_JSON[index]?.[1]() });

const relayTool = defineTool({
  name: 'relay_tool',
  effect: 'idempotent',
  input: any,
  output: any,
  run: (input) => input,
});
const oddTool = defineTool({
  name: 'odd_tool',
  effect: 'none',
  input: which,
  output: any,
  run: (input) => oddValue(input.which),
});
const relaying = defineAgent({
  name: 'relaying',
  input: any,
  output: any,
  tools: { relayTool },
  run: (input, { tools }) => tools.relayTool(input),
});
const odd = defineAgent({ name: 'odd', input: which, output: any, run: (input) => oddValue(input.which) });
const mapped = defineAgent({
  name: 'mapped',
  input: any,
  output: z.map(z.string(), z.number()),
  run: () => new Map([['a', 1]]),
});
const dated = defineAgent({
  name: 'dated',
  input: any,
  output: z.object({ rows: z.array(z.object({ at: z.date() })) }),
  run: () => ({ rows: [{ at: new Date(0) }] }),
});
const saidBy = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );
/** Calls tools with what is not JSON, and with what makes them return it; says what came of each. */
const probing = defineAgent({
  name: 'probing',
  input: any,
  output: z.object({ given: z.array(z.string()), returned: z.array(z.string()) }),
  tools: { relayTool, oddTool },
  async run(_input, { tools }) {
    const given: string[] = [];
    const returned: string[] = [];
    for (const index of NOT_JSON.keys()) {
      given.push(await saidBy(tools.relayTool(oddValue(index))));
      returned.push(await saidBy(tools.oddTool({ which: index })));
    }
    return { given, returned };
  },
});

const workflows = new URL('../support/odd-workflows.ts', import.meta.url);
const app = defineApp({ agents: [relaying, odd, mapped, dated, probing], workflows });
let t: TestApp;
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  t = await testApp(app);
  gateway = await startTestGateway({ app, taskQueue: t.taskQueue });
});
afterAll(async () => {
  await gateway.stop();
  await t.stop();
});

/** Of what was said of each, what does not name the place. */
const unclear = (said: readonly string[], root: string) =>
  said.flatMap((text, index) => {
    const [what, , path = ''] = NOT_JSON[index] ?? [];
    return text.includes(`${root}.${path}`) ? [] : [`${what}: ${text.slice(0, 100)}`];
  });

faultTest(
  'an agent whose output is not JSON fails with the path of what is not, and does not complete with something else',
  {
    kind: 20,
    before: 'Of 24 agents 19 completed, with {}, null or nothing in place of maps, dates, NaN and functions.',
    timeoutMs: 60_000,
  },
  async () => {
    const ends = await Promise.all(NOT_JSON.map((_each, index) => t.run(odd, { which: index })));
    const said = ends.map(({ outcome, error }) => `${outcome.status} ${error?.type} ${error?.message}`);
    expect(said.filter((text) => !text.startsWith('failed InvalidOutput'))).toEqual([]);
    expect(unclear(said, 'output')).toEqual([]);
    const [map, date] = await Promise.all([t.run(mapped, {}), t.run(dated, {})]);
    expect(map.error?.message).toContain('output: a Map is not JSON');
    expect(date.error?.message).toContain('output.rows[0].at: a Date is not JSON');
    return `All ${said.length + 2} agents fail with InvalidOutput and the path.`;
  },
);

faultTest(
  'what is not JSON is refused with its path between an agent and its tools, and between a workflow and its agents',
  {
    kind: 20,
    before: 'A tool was called with 20 of 24 such values, which its ledger held as null, {} or nothing.',
    timeoutMs: 60_000,
  },
  async () => {
    const [tools, workflow] = await Promise.all([t.run(probing, {}), t.run('careless', {})]);
    const { given, returned } = tools.result as { given: string[]; returned: string[] };
    expect(unclear(given, 'input')).toEqual([]);
    expect(unclear(returned, 'output')).toEqual([]);
    const said = workflow.result as string[];
    expect(unclear(said, 'input')).toEqual([]);
    return `All ${NOT_JSON.length} are refused: as the input and output of a tool, and as the input of an agent.`;
  },
);

test('a client and a plan refuse it when they are given it', async () => {
  const client = await t.client();
  const starts = NOT_JSON.map((_each, index) => saidBy(client.startNamed('mirror', oddValue(index))));
  expect(unclear(await Promise.all(starts), 'input')).toEqual([]);
  const plans = NOT_JSON.map((_each, index) => {
    const input = oddValue(index);
    try {
      definePlan({ name: 'p', input: any }, (p) => void p.step('a', relaying, input));
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(unclear(plans, 'input')).toEqual([]);
});

async function overHttp(input: unknown): Promise<unknown> {
  const answer = await gateway.post('ann', '/v1/runs', { workflow: 'mirror', input, run_id: randomUUID() });
  const body = (await answer.json()) as { workflow_id: string };
  if (answer.status !== 202) return body;
  const { result } = (await t.temporal.workflow.getHandle(body.workflow_id).result()) as { result: unknown };
  return result;
}

faultTest(
  'the input of an own workflow arrives over HTTP as it was sent',
  { kind: 20, before: 'Text arrived as an object of its letters, and numbers as {}.' },
  async () => {
    const sent = ['abc', '', 5, -1.5, true, false, null, [], [1, 'a'], {}, { a: { b: [] } }, 'ü😀'];
    const got = await Promise.all(sent.map(overHttp));
    expect(got).toEqual(sent.map((input) => ({ got: input, type: typeof input })));
    return `All ${sent.length} inputs arrive unchanged.`;
  },
);

test('every value that is taken arrives equal, through client, workflow, agent, tool and HTTP', async () => {
  const sent = fc.sample(jsonValue, { numRuns: 200, seed: 20 });
  const expected = JSON.parse(JSON.stringify(sent)) as unknown;
  const [relayed, http] = await Promise.all([t.run('relay', sent), overHttp(sent)]);
  expect(relayed.result).toEqual(expected);
  expect(http).toEqual({ got: expected, type: 'object' });
});
