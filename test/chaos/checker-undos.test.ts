import { describe, expect, test } from '@jest/globals';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import type { Records } from '../../chaos/checker/read-records.ts';
import type { ClientLine, TemporalLine } from '../../chaos/records/lines.ts';
import { eventOf, recorded, type LogEvent } from './recorded.ts';

const LOST_ROWS = '?: the effect ledger has lost rows since it began, so that its tools may have done more';
const CUT_OFF = 'it is not known whether this was undone: The run was terminated';

/** The end of the undo of a payment, which says that it cannot tell what it has undone. */
function doubt(records: Records, error = { type: 'EffectUnknown', message: LOST_ROWS }): LogEvent {
  const undo = eventOf(
    records,
    ({ event }) => event.type === 'compensation_completed' && event.payload.agent === 'buyer',
  );
  Object.assign(undo.event.payload, { success: false, error });
  return undo;
}

/** A fault in the midst of the run of an event; `ms` after the event where it is of no account. */
function breakAt(records: Records, { event }: LogEvent, fault: string, ms = -1) {
  const at = Date.parse(event.at) + ms;
  for (const phase of ['begins', 'ends'] as const) records.faults.push({ at, n: 99, fault, phase });
}

const takeBack = (records: Records, { run_id }: LogEvent) =>
  (records.bank = records.bank.filter(({ kind, run }) => !(kind === 'refund' && run === run_id)));

const executionOf = ({ temporal }: Records, { run_id }: LogEvent) =>
  temporal.find(({ workflow_id }) => workflow_id.endsWith(`/${run_id}`)) as TemporalLine;

const plannedOf = ({ plan }: Records, { run_id }: LogEvent) => plan.runs.find(({ run }) => run === run_id) ?? {};

function checked(change: (records: Records) => void) {
  const records = recorded();
  change(records);
  const { found, documented } = checkRecords(records);
  return { missing: found.undosMissing, ...documented };
}

describe('an undo that cannot vouch for what it has undone', () => {
  test.each([
    ['sqlite', 'log:replace'],
    ['redis', 'redis:failover'],
    ['redis', 'kill:redis'],
  ])('is listed apart with the fault that its run lived through, on %s %s', (store, fault) => {
    const { missing, unknown } = checked((records) => {
      records.plan.store = store;
      breakAt(records, doubt(records), fault);
    });
    expect(missing).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining(`(${fault})`)]);
  });

  test.each([
    ['without a fault', (records: Records) => void doubt(records)],
    ['of a fault that came later', (records: Records) => breakAt(records, doubt(records), 'log:replace', 1)],
    ['of a fault that loses nothing', (records: Records) => breakAt(records, doubt(records), 'kill:worker')],
    ['of a Redis that was not there', (records: Records) => breakAt(records, doubt(records), 'kill:redis')],
  ])('is missing %s', (_, change) => {
    const { missing, unknown } = checked(change);
    expect(missing).toHaveLength(1);
    expect(unknown).toEqual([]);
  });

  test('is listed where the fault was over when its run began, and not when it was asked for', () => {
    const { missing, unknown } = checked((records) => {
      const undo = doubt(records);
      const asked = records.clients.find(
        (line) => line.what === 'answer' && line.path === '/v1/runs' && line.run === undo.run_id,
      ) as Extract<ClientLine, { what: 'answer' }>;
      for (const phase of ['begins', 'ends'] as const)
        records.faults.push({ at: asked.began + 1, n: 99, fault: 'log:replace', phase });
      executionOf(records, undo).started_at = asked.began + 2;
    });
    expect(missing).toEqual([]);
    expect(unknown).toHaveLength(1);
  });

  test('excuses a payment that stands where the fault took its record, and lists it once', () => {
    const { missing, unknown } = checked((records) => {
      const undo = doubt(records);
      breakAt(records, undo, 'log:truncate');
      takeBack(records, undo);
    });
    expect(missing).toEqual([]);
    expect(unknown).toEqual([expect.stringMatching(/paid charge-\d+, not undone.*\(log:truncate\)/)]);
  });

  test.each(['redis:crash', 'redis:behind', 'redis:failover', 'kill:redis'])(
    'excuses no payment that stands after %s, of which a replica had the record',
    (fault) => {
      const { missing } = checked((records) => {
        records.plan.store = 'redis';
        const undo = doubt(records);
        breakAt(records, undo, fault);
        takeBack(records, undo);
      });
      expect(missing).toEqual([expect.stringMatching(/paid charge-\d+, not undone$/)]);
    },
  );

  test('excuses nothing that another agent did', () => {
    const { missing } = checked((records) => {
      const undo = doubt(records);
      breakAt(records, undo, 'log:truncate');
      undo.event.payload.agent = 'undoer';
      takeBack(records, undo);
    });
    expect(missing).toEqual([expect.stringMatching(/paid charge-\d+, not undone$/)]);
  });
});

describe('an undo of which nobody knows how far it had come', () => {
  const error = { type: 'AgentFailed', message: CUT_OFF };

  /** Its run was terminated `ms` after the undo began. */
  function terminated(records: Records, ms: number) {
    const undo = doubt(records, error);
    undo.event.exec = 'reconciler';
    const { of } = undo.event.payload;
    const { event } = eventOf(
      records,
      ({ run_id, event: each }) =>
        run_id === undo.run_id && each.type === 'compensation_started' && each.payload.of === of,
    );
    Object.assign(executionOf(records, undo), {
      status: 'terminated',
      closed_at: Date.parse(event.at) + ms,
      outcome: null,
    });
    Object.assign(plannedOf(records, undo), { terminateAfter: 1 });
  }

  test('is listed where its run was terminated in the midst of it', () => {
    const { missing, ended } = checked((records) => terminated(records, 1));
    expect(missing).toEqual([]);
    expect(ended).toContainEqual(expect.stringContaining(CUT_OFF));
  });

  test('is missing where it began after its run was terminated, so that nobody cut it off', () => {
    expect(checked((records) => terminated(records, -1)).missing).toHaveLength(1);
  });

  test('is missing where nobody terminated its run', () => {
    expect(checked((records) => void doubt(records, error)).missing).toHaveLength(1);
  });
});
