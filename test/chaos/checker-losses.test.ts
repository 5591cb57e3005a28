import { describe, expect, test } from '@jest/globals';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import type { Records } from '../../chaos/checker/read-records.ts';
import type { ClientLine, LogLine } from '../../chaos/records/lines.ts';
import { recorded } from './recorded.ts';

const AFTER_ALL = Number.MAX_SAFE_INTEGER - 1;

/** The log loses the last event of one user: what stood before is log 0, what stands in the end is log 1. */
function rollBack(
  records: Records,
  { epoch, fault }: { epoch: string; fault?: string },
): { user: string; seq: number } {
  const head = records.log.find((line) => line.what === 'head') as Extract<LogLine, { what: 'head' }>;
  const { user, head: seq } = head;
  const isGone = (line: LogLine) => line.what === 'event' && line.user === user && line.seq === seq;
  const last = records.log.filter((line) => !isGone(line)).map((line): LogLine => ({ ...line, log: 1 }));
  for (const line of last) {
    if (line.what === 'head' && line.user === user) line.head -= 1;
    if (line.what === 'epoch' && epoch === 'new') line.epoch = 'another';
  }
  records.log.push(...last);
  if (fault) {
    records.faults.push({ at: AFTER_ALL, n: 99, fault, phase: 'begins' });
    records.faults.push({ at: AFTER_ALL, n: 99, fault, phase: 'ends' });
  }
  return { user, seq };
}

test('what a fault took from the log is listed with its reason, where a new epoch told every reader', () => {
  const records = recorded();
  const { user, seq } = rollBack(records, { epoch: 'new', fault: 'redis:crash' });
  const { found, documented } = checkRecords(records);
  expect(found.lost).toEqual([]);
  expect(documented.lost).toEqual([`1 events of ${user}, from ${seq} to ${seq} (redis:crash)`]);
});

test('the same without a fault is lost', () => {
  const records = recorded();
  rollBack(records, { epoch: 'new' });
  const { found, documented } = checkRecords(records);
  expect(found.lost.length).toBeGreaterThan(0);
  expect(documented.lost).toEqual([]);
});

test('the same in the same epoch is lost to readers who cannot know', () => {
  const records = recorded();
  rollBack(records, { epoch: 'same', fault: 'redis:crash' });
  expect(checkRecords(records).found.lost).toContainEqual(expect.stringContaining('in the same epoch'));
});

test('a run that its Temporal forgot is listed, and one that failed by itself is not excused by it', () => {
  const records = recorded();
  const end = records.log.find((line) => line.what === 'event' && line.event.type === 'run_completed') as Extract<
    LogLine,
    { what: 'event' }
  >;
  end.event.payload = { ...end.event.payload, status: 'failed', summary: 'Temporal is another' };
  const execution = records.temporal.find(({ workflow_id }) => workflow_id.endsWith(`/${end.run_id}`));
  Object.assign(execution ?? {}, { status: 'running', outcome: null, closed_at: null });
  const alone = checkRecords(structuredClone(records));
  const at = Date.parse(end.event.at);
  records.faults.push({ at, n: 99, fault: 'temporal:empty', phase: 'begins' });
  records.faults.push({ at: at + 1, n: 99, fault: 'temporal:empty', phase: 'ends' });
  const withFault = checkRecords(records);
  expect(alone.found.runEnds.length).toBeGreaterThan(0);
  expect(withFault.found.runEnds).toEqual([]);
  expect(withFault.documented.ended).toContainEqual(expect.stringContaining('(temporal:empty)'));
});

describe('a run that is not found though it was accepted', () => {
  type Answer = Extract<ClientLine, { what: 'answer' }>;

  /** Its log is lost right after it was accepted; so long after that it is asked for. */
  function forget(records: Records, { askedAfterMs, isOver = false }: { askedAfterMs: number; isOver?: boolean }) {
    const accepted = records.clients.find((line): line is Answer => line.what === 'answer' && line.path === '/v1/runs');
    const { run, user, at } = accepted as Answer & { run: string };
    for (const phase of ['begins', 'ends'] as const)
      records.faults.push({ at: at + 1, n: 99, fault: 'log:truncate', phase });
    const last = records.log.flatMap((line): LogLine[] => {
      if (line.what !== 'event' || line.run_id !== run) return [{ ...line, log: 1 }];
      return isOver ? [] : [{ ...line, log: 1, event: { ...line.event, at: new Date(at + 60_000).toISOString() } }];
    });
    records.log.push(...last);
    const asked = {
      began: at + askedAfterMs,
      at: at + askedAfterMs,
      method: 'GET',
      path: `/v1/runs/${run}`,
      status: 404,
    };
    records.clients.push({ client: 'http', user, what: 'answer', run, body: null, ...asked });
    return checkRecords(records);
  }
  const notFound = expect.stringContaining('404, though it was accepted');

  test('is listed for as long as a reconciler takes to find it in Temporal', () => {
    const { found, documented } = forget(recorded(), { askedAfterMs: 10_000 });
    expect(found.answers).not.toContainEqual(notFound);
    expect(documented.lost).toContainEqual(notFound);
  });

  test('contradicts after that', () => {
    expect(forget(recorded(), { askedAfterMs: 20_000 }).found.answers).toContainEqual(notFound);
  });

  test('is listed for good if its end was lost with the rest of it', () => {
    const { found, documented } = forget(recorded(), { askedAfterMs: 20_000, isOver: true });
    expect(found.answers).not.toContainEqual(notFound);
    expect(documented.lost).toContainEqual(notFound);
  });
});
