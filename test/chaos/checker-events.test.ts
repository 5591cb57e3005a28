import { describe, expect, test } from '@jest/globals';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import type { Records } from '../../chaos/checker/read-records.ts';
import type { ClientLine, SeenEvent } from '../../chaos/records/lines.ts';
import { eventOf, found, loseEverywhere, recorded, thought, type LogEvent } from './recorded.ts';

function swap(records: Records, a: LogEvent, b: LogEvent) {
  [a.event, b.event] = [b.event, a.event];
  const seen = records.clients.flatMap((line) => (line.what === 'event' && line.user === a.user ? line : []));
  for (const line of seen) {
    const other = line.event.id === a.event.id ? a : line.event.id === b.event.id ? b : undefined;
    if (other) line.event = { ...other.event, seq: other.seq, epoch: line.event.epoch } as SeenEvent;
  }
}

test('finds nothing where nothing was changed', () => {
  expect(found(() => undefined)).toEqual([]);
  expect(checkRecords(recorded()).figures).toMatchObject({ runs: 12, events: 185, payments: 6 });
});

describe('an event', () => {
  test('that is gone from the log is a gap, and lost to the log whose readers saw it', () => {
    const columns = found((records) => {
      const gone = thought(records);
      records.log = records.log.filter((line) => line !== gone);
    });
    expect(columns).toEqual(expect.arrayContaining(['lost', 'gaps']));
  });

  test('that the log never had is lost by its attempt, though no number is missing', () => {
    expect(found((records) => loseEverywhere(records, thought(records)))).toEqual(['lost']);
  });

  test('that ended an attempt and was never there leaves an agent without an end', () => {
    const columns = found((records) =>
      loseEverywhere(
        records,
        eventOf(records, ({ event }) => event.type === 'agent_completed' && event.agent === 'walker'),
      ),
    );
    expect(columns).toContain('agentEnds');
  });

  test('that stands twice under one id is doubled', () => {
    const columns = found((records) => {
      const { user, event, run_id } = thought(records);
      const head = records.log.find((line) => line.what === 'head' && line.user === user) as { head: number };
      head.head += 1;
      records.log.push({ what: 'event', log: 0, user, seq: head.head, run_id, event });
    });
    expect(columns).toContain('doubled');
  });

  test('that says again what was said, under another id, is doubled', () => {
    const columns = found((records) => {
      const { event } = thought(records, 2);
      event.payload.step_number = 1;
    });
    expect(columns).toContain('doubled');
  });

  test('that changed places with the one before it is misordered', () => {
    const columns = found((records) => {
      const second = thought(records, 2);
      const first = eventOf(
        records,
        ({ event }) => event.exec === second.event.exec && event.payload.step_number === 1,
      );
      swap(records, first, second);
    });
    expect(columns).toContain('misordered');
  });

  test('that stands in the log of another user is foreign', () => {
    const columns = found((records) => {
      const moved = thought(records);
      const other = records.log.find((line) => line.what === 'head' && line.user !== moved.user) as {
        user: string;
        head: number;
      };
      records.log = records.log.filter((line) => line !== moved);
      records.log.push({ ...moved, user: other.user, seq: (other.head += 1) });
    });
    expect(columns).toContain('foreign');
  });

  test('that speaks of another user in its words is foreign', () => {
    expect(found((records) => void (thought(records).event.payload.reasoning = 'for nobody in run-99'))).toEqual([
      'foreign',
    ]);
  });
});

describe('a reader', () => {
  const line = (records: Records, what: 'event' | 'given') => {
    const at = records.clients.findIndex((each) => each.client === 'ws' && each.what === what);
    return [at, records.clients[at] as ClientLine] as const;
  };

  test('that never saw an event lost it', () => {
    const columns = found((records) => {
      const last = records.clients.findLastIndex((each) => each.client === 'late' && each.what === 'event');
      records.clients.splice(last, 1);
    });
    expect(columns).toEqual(['lost']);
  });

  test('whose program was given an event twice saw it doubled', () => {
    const columns = found((records) => {
      const [at, given] = line(records, 'given');
      records.clients.splice(at, 0, given);
    });
    expect(columns).toEqual(['doubled']);
  });

  test('whose program missed one has a gap', () => {
    const columns = found((records) => void records.clients.splice(line(records, 'given')[0], 1));
    expect(columns).toEqual(['gaps']);
  });

  test('that was sent what it had seen before was sent it doubled', () => {
    const columns = found((records) => {
      const [at, event] = line(records, 'event');
      records.clients.splice(at, 0, event);
    });
    expect(columns).toEqual(['doubled']);
  });

  test('that saw an event of another user saw a foreign one', () => {
    const columns = found((records) => {
      const [, seen] = line(records, 'event');
      if (seen.what === 'event') seen.event.user_id = 'somebody';
    });
    expect(columns).toContain('foreign');
  });

  test('that saw what the log does not have holds the log to it', () => {
    const columns = found((records) => {
      const [, seen] = line(records, 'event');
      if (seen.what === 'event') seen.event.id = 'of a log that was rolled back:1';
    });
    expect(columns).toEqual(['lost']);
  });
});
