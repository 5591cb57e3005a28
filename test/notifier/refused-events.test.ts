import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BatonError } from '../../src/contracts/baton-error.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { LOG_UNAVAILABLE } from '../../src/contracts/unavailable.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { faultTest } from '../support/fault-test.ts';
import { openTestStores } from '../support/open-test-stores.ts';
import { within } from '../support/within.ts';
import { newEvent } from './events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-refused-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const idsIn = async (log: EventLog) => (await log.read({ userId: 'u1', after: 0, limit: 100 })).map(({ id }) => id);

faultTest(
  'an event that no log takes holds up neither those behind it nor the end of its run',
  {
    kind: 8,
    before:
      'A line with a field of a wrong type in a spool file was tried for ever, and nothing behind it was delivered.',
  },
  async () => {
    const { log, remove } = await openTestStores();
    const spool = join(folder, 'outbox');
    mkdirSync(spool);
    const event = newEvent('agent_thinking');
    const end = newEvent('run_completed');
    const wrong = { ...newEvent('agent_started'), generation: { not: 'a number' } };
    const lines = [wrong, event].map((each) => JSON.stringify(each));
    writeFileSync(join(spool, '99999999.1-gone-1.jsonl'), [...lines, ''].join('\n'));
    const refused: unknown[] = [];
    const onPutAside = ({ id }: NewEvent) => refused.push(id);
    const outbox = withOutbox(log, { folder: spool, retryMs: 1, mostRefusals: 3, onPutAside });
    await within(3_000, outbox.delivered());
    await outbox.publish(end);
    const delivered = await idsIn(log);
    await outbox.close();
    await remove();
    expect(delivered).toEqual([event.id, end.id]);
    expect(refused).toEqual([wrong.id]);
    expect(readFileSync(join(spool, 'put-aside.jsonl'), 'utf8')).toContain(wrong.id);
    return 'It is put aside after 3 refusals, and what is behind it is delivered.';
  },
);

test('an outage is waited out, however many tries it takes', async () => {
  const { log, remove } = await openTestStores();
  let tries = 0;
  async function publish(event: NewEvent) {
    tries += 1;
    if (tries < 10) throw new BatonError('NetworkError', 'the log is away', { code: LOG_UNAVAILABLE });
    await log.publish(event);
  }
  const outbox = withOutbox({ ...log, publish }, { folder: join(folder, 'outbox'), retryMs: 1, mostRefusals: 3 });
  const event = newEvent('agent_thinking');
  await outbox.publish(event);
  await outbox.delivered();
  expect(await idsIn(log)).toEqual([event.id]);
  await outbox.close();
  await remove();
});
