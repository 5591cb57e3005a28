import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readHistories } from '../../src/replay/read-histories.ts';
import { historyFile } from './history-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'baton-histories-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const text = readFileSync(historyFile({ name: 'agent-completed' }), 'utf8');
const events = (JSON.parse(text) as { events: object[] }).events;

test('a file that was cut off, is no history or lacks a part is named with its fault; the good one is read', async () => {
  copyFileSync(historyFile({ name: 'agent-completed' }), join(dir, 'good.json'));
  writeFileSync(join(dir, 'cut.json'), text.slice(0, 500));
  writeFileSync(join(dir, 'gap.json'), JSON.stringify({ events: events.toSpliced(4, 1) }));
  writeFileSync(join(dir, 'late.json'), JSON.stringify({ events: events.slice(2) }));
  writeFileSync(join(dir, 'other.json'), '{"name": "package"}');
  copyFileSync(historyFile({ name: 'agent-completed' }), join(dir, 'odd.json'));
  writeFileSync(join(dir, 'odd.feed.json'), '{"events": "none"}');
  const files = await readHistories(dir);
  const faults = Object.fromEntries(files.map((file) => [file.name, 'fault' in file ? file.fault : 'none']));
  expect(faults).toEqual({
    'good.json': 'none',
    'cut.json': expect.stringMatching(
      /cut\.json: it is not JSON, or was cut off: .*; export it again, or delete the file$/,
    ),
    'gap.json': expect.stringContaining('event 5 is missing: a part was cut out'),
    'late.json': expect.stringContaining('its first event is not the start of a workflow'),
    'odd.json': expect.stringMatching(/its feed .*odd\.feed\.json cannot be read: .*expected array/s),
    'other.json': expect.stringContaining('it is JSON, but no history'),
  });
});

test('a folder that is missing or empty is refused with what to do', async () => {
  await expect(readHistories(join(dir, 'none'))).rejects.toThrow(
    /folder .*none cannot be read: there is no such folder/,
  );
  await expect(readHistories(dir)).rejects.toThrow(
    /holds no history \(\*\.json\); write some by: baton history export/,
  );
});
