import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import { openStore, type Store } from '../../src/notifier/open-store.ts';
import { openSpool } from '../../src/notifier/spool-file.ts';
import { payloadKeys } from '../../src/payload/payload-keys.ts';
import { createSeal } from '../../src/payload/seal.ts';
import { found } from '../support/found-in-files.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { newEvent } from './events.ts';

const base64 = () => randomBytes(32).toString('base64');
const [key1, key2] = [`k1:${base64()}`, `k2:${base64()}`];

type Place = { url: string; dir: string; remove: () => unknown };

const PLACES: [string, () => Promise<Place>][] = [
  [
    'SQLite',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'baton-sealed-'));
      return { url: `sqlite:${join(dir, 'events.sqlite')}`, dir, remove: () => rmSync(dir, { recursive: true }) };
    },
  ],
  [
    'Redis',
    async () => {
      const { url, dir, stop } = await startRedisServer();
      return { url, dir, remove: stop };
    },
  ],
];

const order = { generation: 0, scheduled: 1_000, attempt: 1 };

/** Keeps something that is only this mark's in every part of the store. */
async function fill({ log, effects, decisions }: Store, mark: string) {
  const [user_id, run_id] = [`user of ${randomUUID()}`, 'r1'];
  const run = { user_id, run_id };
  const workflowId = `costOptimization/${user_id}/${run_id}`;
  const thought = newEvent('agent_thinking', { ...run, payload: { reasoning: `${mark}-thought` } });
  const end = newEvent('run_completed', {
    ...run,
    payload: { status: 'completed', summary: `${mark}-summary`, execution_time_ms: 1 },
  });
  const outcome = { run_id, status: 'completed', result: { text: `${mark}-result` } } as unknown as RunOutcome;
  await log.append([thought]);
  await log.end?.([end], outcome);
  const key = { workflowId, agentRun: 'a-1', tool: 'ring', inputHash: 'h', occurrence: 1 };
  const call = { ...key, agent: 'a', callId: 'c', input: `{"text":"${mark}-input"}`, limitMs: 1_000, repeatable: true };
  await effects.begin({ call, order });
  await effects.settle({ key, order, outcome: { done: `{"text":"${mark}-receipt"}` } });
  const decision = { workflowId, approvalId: 'a1', userId: user_id, by: user_id, at: new Date().toISOString() };
  await decisions.decide({ ...decision, decision: `${mark}-yes`, comment: `${mark}-comment`, data: [`${mark}-data`] });
  return { user_id, workflowId };
}

/** Everything that `fill` kept, as the store gives it back, in one text. */
async function read({ log, effects, decisions }: Store, { user_id, workflowId }: Awaited<ReturnType<typeof fill>>) {
  const followed: BatonEvent[] = [];
  for await (const event of log.follow({ userId: user_id, after: 0 })) if (followed.push(event) === 2) break;
  const key = { workflowId, approvalId: 'a1' };
  return JSON.stringify([
    await log.read({ userId: user_id, after: 0, limit: 10 }),
    followed,
    await log.outcome({ userId: user_id, workflowId }),
    (await log.standings({ userId: user_id, workflowIds: [workflowId] })).get(workflowId)?.ending?.status,
    await effects.list({ workflowId }),
    await decisions.get(key),
    (await decisions.undelivered()).filter((decision) => decision.workflowId === workflowId),
  ]);
}

const SAID = ['thought', 'summary', 'result', 'input', 'receipt', 'yes', 'comment', 'data'];

describe.each(PLACES)('a store with keys in %s', (_name, newPlace) => {
  let place: Place;
  const open = (keys: string) => openStore({ url: place.url, keys: payloadKeys(keys) });
  beforeAll(async () => {
    place = await newPlace();
  });
  afterAll(async () => place.remove());

  test('keeps nothing in plain text that its readers get whole, and says since when older events lie open', async () => {
    const kept: Awaited<ReturnType<typeof fill>>[] = [];
    await using plain = await open('');
    kept.push(await fill(plain, 'plain1'));
    await using sealed = await open(key1);
    kept.push(await fill(sealed, 'sealed1'));
    const inFiles = (mark: string) => found(place.dir, mark).map((each) => each.split(': ')[1]);
    expect(new Set(inFiles('plain1'))).toEqual(new Set(SAID.filter((what) => what !== 'result')));
    expect(found(place.dir, 'sealed1')).toEqual([]);
    // After a change of the key what was kept before it, and before there was one, is read as before.
    await using rotated = await open(`${key2},${key1}`);
    await rotated.refuseMissingKey();
    kept.push(await fill(rotated, 'rotated1'));
    for (const [index, mark] of ['plain1', 'sealed1', 'rotated1'].entries()) {
      const text = await read(rotated, kept[index] as (typeof kept)[number]);
      for (const what of SAID) expect(text).toContain(`${mark}-${what}`);
      expect(text).toContain('"completed"');
      expect(text).not.toContain('"sealed":');
    }
    expect(found(place.dir, 'rotated1')).toEqual([]);
    expect(await sealed.oldestPlain()).toMatch(/^20/);
  });

  test('takes what a person says for nothing else, whatever it looks like', async () => {
    await using plain = await open('');
    const key = { workflowId: randomUUID(), approvalId: 'a1' };
    const said = { ...key, userId: 'u', by: 'u', at: new Date().toISOString(), decision: 'sealed:k9:AAAA' };
    expect((await plain.decisions.decide(said)).decision).toEqual(said);
    expect(await plain.decisions.get(key)).toEqual(said);
    await plain.decisions.markDelivered(key);
  });

  test('names the key that a reader lacks', async () => {
    await using sealed = await open(key1);
    const kept = await fill(sealed, 'sealed2');
    for (const [keys, message] of [
      ['', 'a value of the store needs key "k1" of BATON_PAYLOAD_KEYS: it is not set'],
      [key2, 'a value of the store needs key "k1" of BATON_PAYLOAD_KEYS: it has only "k2"'],
      [`k1:${base64()}`, 'key "k1" of BATON_PAYLOAD_KEYS does not open a value of the store'],
    ] as const) {
      await using other = await open(keys);
      const asked = [
        other.log.read({ userId: kept.user_id, after: 0, limit: 1 }),
        other.log.outcome({ userId: kept.user_id, workflowId: kept.workflowId }),
        other.effects.list(kept),
        other.decisions.get({ ...kept, approvalId: 'a1' }),
      ];
      for (const answer of asked) {
        const refused = { code: 'payload_key_missing', message: expect.stringContaining(message) };
        await expect(answer).rejects.toMatchObject(refused);
      }
      // Which of the keys that it lacks is named, the order of the users says.
      await expect(other.refuseMissingKey()).rejects.toMatchObject({ code: 'payload_key_missing' });
      // Ids, types and times need no key.
      expect((await other.log.head({ userId: kept.user_id })).head).toBe(2);
      expect(await other.log.prune({ olderThan: new Date(0) })).toBe(0);
    }
  });
});

test('events that wait in a file for a log that is down are sealed too, and delivered by a process without the key', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'baton-spool-'));
  const keys = payloadKeys(key1);
  try {
    openSpool(dir, createSeal(keys)).write([
      newEvent('agent_thinking', { payload: { reasoning: 'spooled1-thought' } }),
    ]);
    expect(found(dir, 'spooled1')).toEqual([]);
    const [file = ''] = readdirSync(dir);
    // As if the process that wrote it were gone.
    renameSync(join(dir, file), join(dir, file.replace(/^\d+/, '999999999')));
    const delivered = openSpool(dir).take();
    await using store = await openStore({ url: `sqlite:${join(dir, 'events.sqlite')}`, keys });
    await store.log.append(delivered);
    const [event] = await store.log.read({ userId: 'u1', after: 0, limit: 10 });
    expect(event?.payload).toEqual({ reasoning: 'spooled1-thought' });
    expect(found(dir, 'spooled1')).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
