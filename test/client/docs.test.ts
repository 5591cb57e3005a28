import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderATrip } from '../../examples/client/order-a-trip.ts';
import app from '../../examples/own-workflow/app.ts';
import { startTestClient } from '../support/test-client.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ app });
});
afterAll(() => at.stop());

test('the example of docs/client.md is the file that runs', () => {
  expect(read('docs/client.md')).toContain(`\`\`\`ts\n${read('examples/client/order-a-trip.ts')}\`\`\``);
});

test('the example says what agents do, and the same request again is the same run', async () => {
  const baton = await at.clientOf('ann');
  const lines: string[] = [];
  const run = await orderATrip(baton, 'q1', (line) => lines.push(line));
  expect([lines[0], lines.at(-1)]).toEqual(['run_started', 'completed: map for 300 cents']);
  const again = await orderATrip(baton, 'q1', () => undefined);
  expect([again.runId, again.repeated]).toEqual([run.runId, true]);
});

test('every call of a client and of a run is in the table of docs/client.md', async () => {
  const baton = await at.clientOf('bea');
  const calls = [
    ...Object.keys(baton),
    ...Object.entries(baton.run('r1', 'trip'))
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name),
  ];
  const page = read('docs/client.md');
  expect(calls.filter((name) => !page.includes(`\`${name}(`))).toEqual([]);
});
