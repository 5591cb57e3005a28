import { describe, expect, test } from '@jest/globals';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import type { Records } from '../../chaos/checker/read-records.ts';
import type { ClientLine, LogLine } from '../../chaos/records/lines.ts';
import { eventOf, recorded, type LogEvent } from './recorded.ts';

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

test('a run that was closed moments before its Temporal was lost may be lost to whoever ends it, by that loss alone', () => {
  const records = recorded();
  const end = eventOf(records, ({ event }) => event.type === 'run_completed' && event.payload.status === 'completed');
  end.event.payload = { ...end.event.payload, status: 'failed', summary: 'Temporal is another', reason: 'lost' };
  const alone = checkRecords(structuredClone(records));
  const at = Date.parse(end.event.at);
  for (const phase of ['begins', 'ends'] as const) records.faults.push({ at, n: 99, fault: 'temporal:empty', phase });
  const withFault = checkRecords(records);
  expect(alone.found.runEnds.length).toBeGreaterThan(0);
  expect(withFault.found.runEnds).toEqual([]);
});

test('a run whose Temporal was lost right after its end need not be closed there, by that loss alone', () => {
  const records = recorded();
  const end = eventOf(records, ({ event }) => event.type === 'run_completed' && event.payload.status === 'completed');
  const execution = records.temporal.find(({ workflow_id }) => workflow_id.endsWith(`/${end.run_id}`));
  Object.assign(execution ?? {}, { status: 'running', outcome: null, closed_at: null });
  const found = (lostAfterMs: number) => {
    const at = Date.parse(end.event.at) + lostAfterMs;
    const faults = (['begins', 'ends'] as const).map((phase) => ({ at, n: 99, fault: 'temporal:empty', phase }));
    return checkRecords({ ...structuredClone(records), faults }).found.runEnds.length;
  };
  expect(found(150)).toBe(0);
  expect(found(5_000)).toBeGreaterThan(0);
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

describe('what stood in a log that was lost', () => {
  /** The first log of a run had this of it, and was lost so long after a run's end; the last one has not. */
  function loseFirst(records: Records, change: (line: LogEvent) => LogEvent[], afterMs: number) {
    const end = eventOf(records, ({ event }) => event.type === 'run_completed' && event.payload.status === 'completed');
    const at = Date.parse(end.event.at) + afterMs;
    for (const phase of ['begins', 'ends'] as const) records.faults.push({ at, n: 99, fault: 'redis:empty', phase });
    const last = records.log.flatMap((line): LogLine[] => {
      const next = { ...line, log: 1 };
      return next.what === 'event' && next.run_id === end.run_id ? change(structuredClone(next)) : [next];
    });
    records.log.push(...last);
    return end.run_id;
  }
  const asId = (line: LogEvent) => ({ ...line, event: { ...line.event, id: `again:${line.event.id}` } });

  /** The run ends in the next log alone, and otherwise: as Temporal has it. */
  function endAgain(records: Records, afterMs: number) {
    return loseFirst(
      records,
      (line) => {
        if (line.event.type === 'run_completed') line.event.payload.status = 'terminated';
        return line.event.type === 'run_completed' ? [asId(line)] : [];
      },
      afterMs,
    );
  }
  const saysCompleted = expect.stringContaining('says completed, it ended terminated');

  test('contradicts no answer of before', () => {
    const records = recorded();
    endAgain(records, 600_000);
    expect(checkRecords(records).found.answers).not.toContainEqual(saysCompleted);
  });

  test('is no excuse for an answer of later', () => {
    const records = recorded();
    endAgain(records, 1);
    expect(checkRecords(records).found.answers).toContainEqual(saysCompleted);
  });

  const isOfAgent = ({ event }: LogEvent) => event.agent_run !== null;
  const isEnd = ({ event }: LogEvent) => /^(agent|run)_completed$/.test(event.type);
  const noEnd = expect.stringMatching(/ has no end/);

  test('may be an agent without an end, where its run had not ended there', () => {
    const records = recorded();
    loseFirst(records, (line) => (isOfAgent(line) ? [] : [asId(line)]), 1);
    records.log = records.log.filter((line) => !(line.what === 'event' && line.log === 0 && isEnd(line)));
    const { found, documented } = checkRecords(records);
    expect(found.agentEnds).toEqual([]);
    expect(documented.lost).toContainEqual(noEnd);
  });

  test('may be no agent without an end of which the next log has something', () => {
    const records = recorded();
    loseFirst(records, (line) => [asId(line)].filter((each) => !(isOfAgent(each) && isEnd(each))), 1);
    records.log = records.log.filter((line) => !(line.what === 'event' && line.log === 0 && isEnd(line)));
    expect(checkRecords(records).found.agentEnds).toContainEqual(noEnd);
  });

  test('may be no agent without an end whose run had ended there', () => {
    const records = recorded();
    loseFirst(records, (line) => (isOfAgent(line) ? [] : [asId(line)]), 1);
    records.log = records.log.filter(
      (line) => !(line.what === 'event' && line.log === 0 && line.event.type === 'agent_completed'),
    );
    expect(checkRecords(records).found.agentEnds).toContainEqual(noEnd);
  });
});
