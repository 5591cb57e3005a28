import { describe, expect, test } from '@jest/globals';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import type { Records } from '../../chaos/checker/read-records.ts';
import type { BankLine, ClientLine, TemporalLine } from '../../chaos/records/lines.ts';
import { eventOf, found, loseEverywhere, recorded } from './recorded.ts';

const runEnd = (records: Records, status: string) =>
  eventOf(records, ({ event }) => /^run_(completed|failed)$/.test(event.type) && event.payload.status === status);

describe('an effect', () => {
  const bank = (records: Records, kind: BankLine['kind']) => {
    const at = records.bank.findIndex((each) => each.kind === kind);
    return [at, records.bank[at] as BankLine] as const;
  };

  test('that happened twice is doubled', () => {
    const columns = found((records) => {
      const [, charge] = bank(records, 'charge');
      records.bank.push({ ...charge, receipt: 'charge-99', key: 'another' });
    });
    expect(columns).toContain('effectsDoubled');
  });

  test('that never happened though its run completed is missing', () => {
    const columns = found((records) => {
      const { run_id } = eventOf(records, ({ event }) => event.agent === 'buyer' && event.type === 'agent_completed');
      records.bank = records.bank.filter(({ kind, run }) => !(kind === 'charge' && run === run_id));
    });
    expect(columns).toEqual(expect.arrayContaining(['effectsMissing']));
  });

  test('that was not undone though its run failed misses its undo', () => {
    expect(found((records) => void records.bank.splice(bank(records, 'refund')[0], 1))).toEqual(['undosMissing']);
  });

  test('that was undone twice has its undo doubled', () => {
    const columns = found((records) => {
      const [, refund] = bank(records, 'refund');
      records.bank.push({ ...refund, key: 'another' });
    });
    expect(columns).toEqual(['undosDoubled']);
  });

  test('whose undo was said to begin and not to end misses its undo', () => {
    const columns = found((records) =>
      loseEverywhere(
        records,
        eventOf(records, ({ event }) => event.type === 'compensation_completed'),
      ),
    );
    expect(columns).toContain('undosMissing');
  });

  test('of a run that was rejected contradicts its end', () => {
    const columns = found((records) => {
      const rejected = records.plan.runs.find(({ answer }) => answer === 'reject');
      const [, charge] = bank(records, 'charge');
      records.bank.push({ ...charge, run: rejected?.run ?? '', receipt: 'charge-99' });
    });
    expect(columns).toContain('runEnds');
  });
});

describe('the end of a run', () => {
  const executionOf = (records: Records, run: string) =>
    records.temporal.find(({ workflow_id }) => workflow_id.endsWith(`/${run}`)) as TemporalLine;

  test('that is gone leaves a run without one', () => {
    expect(found((records) => loseEverywhere(records, runEnd(records, 'completed')))).toContain('runEnds');
  });

  test('that came twice is one too many', () => {
    const columns = found((records) => {
      const { user, event, run_id } = runEnd(records, 'completed');
      const head = records.log.find((line) => line.what === 'head' && line.user === user) as { head: number };
      records.log.push({
        what: 'event',
        log: 0,
        user,
        seq: (head.head += 1),
        run_id,
        event: { ...event, id: 'another' },
      });
    });
    expect(columns).toContain('runEnds');
  });

  test('that says failed of a workflow that completed is not true', () => {
    const columns = found((records) => void (runEnd(records, 'completed').event.payload.status = 'failed'));
    expect(columns).toContain('runEnds');
  });

  test('that says completed of a workflow without a result is not true', () => {
    const columns = found((records) => {
      const { outcome } = executionOf(records, runEnd(records, 'completed').run_id);
      delete (outcome as { result?: unknown }).result;
    });
    expect(columns).toContain('runEnds');
  });

  describe('that Temporal has as terminated', () => {
    /** Terminated by its user's plan, `ms` after it had said that it completed. */
    function terminate(records: Records, ms: number) {
      const end = runEnd(records, 'completed');
      const closed_at = Date.parse(end.event.at) + ms;
      Object.assign(executionOf(records, end.run_id), { status: 'terminated', closed_at, outcome: null });
      Object.assign(records.plan.runs.find(({ run }) => run === end.run_id) ?? {}, { terminateAfter: 1 });
      return end;
    }
    const viewsOf = (records: Records, run_id: string) =>
      records.clients.flatMap((line) =>
        line.what === 'answer' && line.method === 'GET' && line.run === run_id && line.status === 200
          ? [line.body as { result: unknown }]
          : [],
      );

    test('is true where the run had said so before it was closed, and is listed', () => {
      const records = recorded();
      terminate(records, 5);
      const { found: columns, documented } = checkRecords(records);
      expect(columns.runEnds).toEqual([]);
      expect(columns.answers).toEqual([]);
      expect(documented.ended).toContainEqual(expect.stringContaining('terminated before Temporal had closed it'));
    });

    test('is not true where the run was closed before it said so', () => {
      expect(found((records) => void terminate(records, -5))).toContain('runEnds');
    });

    test('is not true where somebody else said so of it', () => {
      expect(found((records) => void (terminate(records, 5).event.exec = 'reconciler'))).toContain('runEnds');
    });

    test('is not true where nobody was to terminate it', () => {
      const columns = found((records) => {
        const { run_id } = terminate(records, 5);
        Object.assign(records.plan.runs.find(({ run }) => run === run_id) ?? {}, { terminateAfter: null });
      });
      expect(columns).toContain('runEnds');
    });

    test('contradicts an answer without its result', () => {
      const columns = found((records) => {
        const { run_id } = terminate(records, 5);
        for (const view of viewsOf(records, run_id)) view.result = null;
      });
      expect(columns).toEqual(['answers']);
    });
  });

  test('of a workflow that is still open in Temporal is not true', () => {
    const columns = found((records) => {
      Object.assign(executionOf(records, runEnd(records, 'completed').run_id), { status: 'running', outcome: null });
    });
    expect(columns).toEqual(['runEnds']);
  });
});

describe('an answer', () => {
  type Answer = Extract<ClientLine, { what: 'answer' }>;
  const last = (records: Records, fits: (answer: Answer) => boolean) =>
    records.clients.findLast((line) => line.what === 'answer' && line.status === 200 && fits(line)) as Answer;
  const view = (records: Records) =>
    last(
      records,
      ({ method, run, body }) => method === 'GET' && !!run && (body as { status: string }).status === 'completed',
    );

  test('that says completed without the result contradicts', () => {
    expect(found((records) => void Object.assign(view(records).body as object, { result: null }))).toEqual(['answers']);
  });

  test('that says running after its user heard of the end contradicts', () => {
    expect(found((records) => void Object.assign(view(records).body as object, { status: 'running' }))).toEqual([
      'answers',
    ]);
  });

  test('of 500 is one too many', () => {
    expect(found((records) => void (view(records).status = 500))).toEqual(['answers']);
  });

  test('of a list that leaves a run out contradicts', () => {
    const columns = found((records) => {
      const { body } = last(records, ({ path }) => path.startsWith('/v1/runs?'));
      (body as { runs: unknown[] }).runs.pop();
    });
    expect(columns).toEqual(['answers']);
  });

  test('that accepted a decision which the feed has otherwise contradicts', () => {
    const columns = found((records) => {
      const { body } = last(records, ({ path }) => path.includes('/approvals/'));
      Object.assign(body as object, { decision: 'something else' });
    });
    expect(columns).toEqual(['answers']);
  });
});

test('what a process, a spool or a folder still holds is a leak', () => {
  const fds = found((records) => {
    for (const line of records.leaks) if (line.what === 'process' && line.when === 'quiet') line.fds += 500;
  });
  const spool = found((records) => void records.leaks.push({ what: 'spool', files: 1, bytes: 300 }));
  const temp = found((records) => void records.leaks.push({ what: 'temp', files: ['left'] }));
  const lease = found((records) => {
    const expires_at = Math.max(...records.clients.map(({ at }) => at)) + 600_000;
    records.log.push({ what: 'lease', log: 0, pool: 'buyer', holder: 'nobody', expires_at });
  });
  expect([fds, spool, temp, lease]).toEqual([['leaks'], ['leaks'], ['leaks'], ['leaks']]);
});
