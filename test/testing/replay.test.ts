import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { replay, testApp, type FinishedRun, type TestApp } from 'baton-agents/testing';
import app from '../public/app.ts';
import { trip } from '../public/workflows.ts';

let t: TestApp;
let run: FinishedRun;
let dir: string;

beforeAll(async () => {
  t = await testApp(app);
  dir = await mkdtemp(join(tmpdir(), 'baton-histories-'));
  // Large enough to be taken out of the history.
  run = await t.run(trip, { sku: 'a'.repeat(50_000) });
  await t.exportHistory(run, join(dir, 'trip.json'));
});
afterAll(async () => {
  await t.stop();
  await rm(dir, { recursive: true });
});

test('a history that a test recorded replays on the code that made it, with its large payloads in it', async () => {
  expect(await replay([await t.history(run)], app)).toBe(1);
  expect(await replay(dir, app)).toBe(1);
  const text = await readFile(join(dir, 'trip.json'), 'utf8');
  expect(text).not.toContain(`${process.pid}@`);
});

test('a history of another code is named, with the agent and the step where it parts', async () => {
  const other = join(dir, 'other');
  const text = await readFile(join(dir, 'trip.json'), 'utf8');
  const recorded = { name: 'swapped', history: JSON.parse(text.replaceAll('"quote"', '"courier"')) };
  await expect(replay([recorded], app)).rejects.toMatchObject({
    name: 'ReplayMismatch',
    message: expect.stringMatching(/DIVERGES {4}swapped .*\n.*step 1, agent courier: .*the code now schedules quote/),
  });
  await expect(replay(other, app)).rejects.toThrow(`folder ${other} cannot be read: there is no such folder`);
});

test('a history whose user would now see something else is named', async () => {
  const file = join(dir, 'trip.feed.json');
  const seen = await readFile(file, 'utf8');
  await writeFile(file, seen.replaceAll('agent_completed', 'agent_error'));
  await expect(replay(dir, app)).rejects.toThrow('FEED        trip.json');
  await writeFile(file, seen);
});

test('a workflow that is not in the code any more is told as such', async () => {
  await expect(replay(dir)).rejects.toThrow('workflow trip is not in the code');
});
