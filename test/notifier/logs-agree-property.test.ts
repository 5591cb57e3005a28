import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { Appended, EventLog } from '../../src/notifier/event-log.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { newEvent } from './events.ts';

type Store = Awaited<ReturnType<typeof openStore>>;

let server: Awaited<ReturnType<typeof startRedisServer>>;
let folder: string;
let sqlite: Store;
let redis: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-agree-'));
  server = await startRedisServer({ appendfsync: 'everysec' });
  [sqlite, redis] = await Promise.all([openStore({ url: `sqlite:${join(folder, 'e.sqlite')}` }), openStore(server)]);
});
afterAll(async () => {
  await Promise.all([sqlite.close(), redis.close()]);
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Few of everything, so that attempts overtake each other, ids come twice, and runs end and begin again. */
const told = fc.record({
  type: fc.constantFrom(
    'agent_started',
    'agent_thinking',
    'agent_thinking',
    'agent_queued',
    'agent_completed',
    'run_completed',
    'run_restarted',
    'operator_action',
  ),
  id: fc.integer({ min: 1, max: 30 }),
  run: fc.integer({ min: 1, max: 2 }),
  agent: fc.integer({ min: 1, max: 2 }),
  generation: fc.integer({ min: 0, max: 2 }),
  attempt: fc.integer({ min: 1, max: 3 }),
  byWorkflow: fc.boolean(),
});

type Told = typeof told extends fc.Arbitrary<infer Value> ? Value : never;

function eventOf({ type, id, run, agent, generation, attempt, byWorkflow }: Told, userId: string): NewEvent {
  const isOfAgent = type.startsWith('agent_');
  const agentRun = `triage-${agent}`;
  const verdict = isOfAgent && byWorkflow;
  return newEvent(type, {
    // An id holds the workflow's, so it is of one run.
    id: `${userId} r${run} ${id}`,
    user_id: userId,
    run_id: `r${run}`,
    generation,
    attempt,
    final: verdict && type === 'agent_completed',
    ...(isOfAgent && { agent_run: agentRun }),
    ...(verdict && { exec: `triage.${attempt}.workflow` }),
  });
}

async function inGroups(log: EventLog, events: NewEvent[], sizes: number[]): Promise<Appended[]> {
  const answers: Appended[] = [];
  for (let from = 0, n = 0; from < events.length; n += 1) {
    const group = events.slice(from, from + (sizes[n % sizes.length] as number));
    answers.push(...(await log.append(group)));
    from += group.length;
  }
  return answers;
}

test('both logs answer alike, and alike whether events come one by one or in groups', async () => {
  let users = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(told, { minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      async (tolds, sizes) => {
        users += 1;
        const outcomes = [
          [sqlite, 'single', [1]],
          [sqlite, 'grouped', sizes],
          [redis, 'single', [1]],
          [redis, 'grouped', sizes],
        ] as const;
        const answers = await Promise.all(
          outcomes.map(([{ log }, how, groups]) =>
            inGroups(
              log,
              tolds.map((one) => eventOf(one, `${how}-${users}`)),
              [...groups],
            ),
          ),
        );
        for (const other of answers.slice(1)) expect(other).toEqual(answers[0]);
      },
    ),
    { numRuns: 150 },
  );
});

test('a backlog of more events than the script can spread at once is taken in whole', async () => {
  const backlog = Array.from({ length: 2_500 }, (_, n) => newEvent('agent_thinking', { id: `b${n}`, user_id: 'b' }));
  const twice = [...backlog, ...backlog.slice(0, 10)];
  const answers = await redis.log.append(twice);
  expect(answers.map(({ seq }) => seq)).toEqual([...backlog.map((_, n) => n + 1), ...Array(10).fill(null)]);
});
