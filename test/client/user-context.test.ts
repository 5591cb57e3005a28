import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { StartOptions } from '../../src/client.ts';
import { startTestClient } from '../support/test-client.ts';

/** Tells the context that it was given, and then spoils its own copy. */
const teller = defineAgent({
  name: 'teller',
  input: z.unknown(),
  output: z.object({ context: z.unknown() }),
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run(input, { context, attempt }) {
    const seen = structuredClone(context);
    context.metadata.secret_data = 'spoilt';
    (context as { user_id: string }).user_id = 'mallory';
    if (attempt === 1 && (input as { fails?: boolean }).fails) throw new Error('once more');
    return { context: seen };
  },
});

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: [teller] });
});
afterAll(() => at.stop());

const PLACEHOLDERS = ['', 'null', 'undefined', 'default', 'temp', '0', 'placeholder_1'];
const FIELDS: (keyof StartOptions)[] = ['threadId', 'runId', 'requestId'];
const call = { agent: 'teller', input: {} };

describe.each(PLACEHOLDERS)('the placeholder "%s"', (placeholder) => {
  test.each(FIELDS)('is refused as %s', async (field) => {
    const baton = await at.clientOf('ann');
    await expect(baton.start('runAgent', call, { [field]: placeholder })).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });

  test('is refused as the user', async () => {
    const refused = at.clientOf(placeholder).then((baton) => baton.start('runAgent', call));
    await expect(refused).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});

test.each(['start', 'startNamed'] as const)(
  '%s copies metadata on entry: the caller may change its own',
  async (way) => {
    const baton = await at.clientOf(`bea-${way}`);
    const metadata = { secret_data: 'mine', list: [1] };
    const starting = baton[way as 'startNamed']('runAgent', call, { metadata, requestId: 'q1', threadId: 't1' });
    metadata.secret_data = 'changed';
    metadata.list.push(2);
    const run = await starting;
    const result = (await run.result()).result as { result: unknown };
    expect(result.result).toEqual({
      context: {
        user_id: `bea-${way}`,
        thread_id: 't1',
        run_id: run.runId,
        request_id: 'q1',
        metadata: { secret_data: 'mine', list: [1] },
      },
    });
  },
);

test('what one agent does to its context reaches neither its next attempt nor the next agent nor its events', async () => {
  const baton = await at.clientOf('cleo');
  const steps = ['first', 'second'].map((id) => ({ id, agent: 'teller', input: { fails: true } }));
  const run = await baton.start('runPlan', { plan: { name: 'p', steps } }, { metadata: { secret_data: 'mine' } });
  const { result } = await run.result();
  for (const step of result?.steps ?? []) {
    expect(step).toMatchObject({
      attempts: 2,
      result: { context: { user_id: 'cleo', metadata: { secret_data: 'mine' } } },
    });
  }
  for await (const event of run.events()) expect(event.user_id).toBe('cleo');
});
