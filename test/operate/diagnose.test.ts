import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../src/cli/show/diagnose.ts';
import type { Evidence, PendingAgent } from '../../src/cli/show/evidence.ts';
import type { FoldedRun } from '../../src/feed/folded.ts';

const NOW = Date.parse('2026-11-25T03:00:00.000Z');
const ago = (ms: number) => new Date(NOW - ms).toISOString();

const working: PendingAgent = {
  agent: 'buyer',
  activity_id: '1',
  attempt: 1,
  state: 'started',
  last_failure: null,
  last_failure_places: [],
  last_failure_type: null,
  scheduled_at: ago(20_000),
  next_attempt_at: null,
  started_at: ago(20_000),
  last_heartbeat_at: ago(300),
  heartbeat_timeout_ms: 10_000,
  worker: '7@host',
  paused: null,
};
const retrying = { ...working, state: 'scheduled', attempt: 3, last_failure: 'the bank is closed' };

const base: Evidence = {
  now: NOW,
  run: {
    run_id: 'r1',
    workflow_id: 'trip/u1/r1',
    workflow: 'trip',
    user_id: 'u1',
    status: 'running',
    started_at: ago(60_000),
    ended_at: null,
  },
  namespace: 'default',
  taskQueue: 'trips',
  agents: ['buyer'],
  pending: [],
  workflowTask: null,
  children: [],
  pollers: [{ identity: '7@host', last_polled_at: ago(2_000) }],
  serverPause: null,
  cancelRequested: false,
  thrown: new Map(),
  log: { url: 'redis://r:6379', error: null, spooled: 0 },
  folded: undefined,
  paused: null,
  approvals: [],
  error: null,
  result: undefined,
  undoing: false,
};

const of = (known: Partial<Evidence>) => diagnose({ ...base, ...known });
const commandsOf = (known: Partial<Evidence>) => of(known).remedies.map(({ command }) => command);

const task = { scheduled_at: ago(40_000), started: false, attempt: 1, failure: null };
const failure = {
  message: 'boom',
  places: ['/p/workflows.ts:7:3'],
  cause: 'WORKFLOW_WORKER_UNHANDLED_FAILURE',
  worker: '7@host',
  at: ago(90_000),
};
const asked = {
  approval_id: 'go',
  question: 'Go on?',
  options: ['approve', 'later'],
  expires_at: ago(-60_000),
  asked_at: ago(9_000),
  on_expiry: 'later',
};

describe('why a run does not go on', () => {
  test.each<[string, Partial<Evidence>]>([
    ['no_worker', { workflowTask: task }],
    ['no_worker', { pending: [{ ...working, state: 'scheduled', scheduled_at: ago(8_000) }], pollers: [] }],
    ['busy', { pending: [{ ...working, state: 'scheduled', scheduled_at: ago(8_000) }] }],
    ['workflow_task_failing', { workflowTask: { ...task, attempt: 4, failure } }],
    ['retrying', { pending: [{ ...retrying, next_attempt_at: ago(-5_000) }] }],
    ['no_heartbeat', { pending: [{ ...working, last_heartbeat_at: ago(8_000) }] }],
    ['activity_paused', { pending: [{ ...working, state: 'paused' }] }],
    ['server_paused', { serverPause: { by: 'ann', reason: null, at: ago(1_000) }, workflowTask: task }],
    ['waiting_for_person', { approvals: [asked] }],
    ['paused', { run: { ...base.run, status: 'paused' } }],
    ['paused', { run: { ...base.run, status: 'paused' }, approvals: [asked] }],
    ['log_down', { log: { ...base.log, error: 'refused' } }],
    ['log_down', { pending: [{ ...retrying, agent: 'baton.publish', next_attempt_at: ago(-500) }] }],
    ['cancelling', { cancelRequested: true, pending: [working] }],
    ['working', { pending: [working] }],
    ['working', { pending: [working], log: { ...base.log, error: 'refused' } }],
    ['waiting_for_child', { children: ['trip/u1/r2'] }],
    ['idle', {}],
  ])('%s', (reason, known) => expect(of(known).reason).toBe(reason));

  test('of several reasons the one that must be mended first', () => {
    const down = { log: { ...base.log, error: 'refused' }, approvals: [asked] };
    expect(of(down).reason).toBe('log_down');
    expect(of({ ...down, workflowTask: task }).reason).toBe('no_worker');
  });

  test('an agent that waits for its turn is not said to fail', () => {
    const folded = { agents: [{ agent: 'buyer', state: 'queued', started_at: null }] } as unknown as FoldedRun;
    const full = { ...retrying, last_failure: 'agent buyer waits: agent/buyer is full' };
    const pending = [{ ...full, last_failure_type: 'RateLimited', next_attempt_at: ago(-500) }];
    expect(of({ pending, folded })).toMatchObject({ reason: 'limit', summary: expect.stringContaining('is full') });
    expect(of({ pending }).reason).toBe('retrying');
  });
});

describe('what is said beside the reason', () => {
  test('since when, what the agent failed by, when it tries again, and on which worker', () => {
    const { summary, evidence } = of({ pending: [{ ...retrying, next_attempt_at: ago(-5_000) }] });
    expect(summary).toBe(
      'buyer failed 2 times and tries again in 5.0 s, at 2026-11-25T03:00:05.000Z; it failed by: the bank is closed',
    );
    expect(evidence).toEqual(['buyer is scheduled, attempt 3, on 7@host; it failed by: the bank is closed']);
    expect(of({ workflowTask: task }).since).toBe(task.scheduled_at);
  });

  test('what the code threw, and that other code is needed where it does not fit the history', () => {
    expect(of({ workflowTask: { ...task, attempt: 4, failure } }).summary).toContain('boom');
    const diverged = { ...failure, cause: 'NON_DETERMINISTIC_ERROR' };
    expect(commandsOf({ workflowTask: { ...task, attempt: 2, failure: diverged } })).toContain(
      'baton replay MODULE --workflow trip',
    );
  });

  test('until when a question waits, and what is decided then', () => {
    expect(of({ approvals: [asked] }).evidence).toEqual([
      'it waits until 2026-11-25T03:01:00.000Z, for 1 m 0 s more; after that the decision is "later"',
    ]);
  });

  test('how many events wait for the log', () => {
    const { evidence, summary } = of({ log: { ...base.log, error: 'refused', spooled: 12 } });
    expect(evidence).toEqual(['12 events wait for it in the outbox of this machine']);
    expect(summary).toContain('redis://r:6379 cannot be reached: refused');
  });
});

describe('commands to do next', () => {
  test('a worker for the queue, with the module that only the reader knows, or of our own agents', () => {
    expect(commandsOf({ workflowTask: task })).toContain('baton worker MODULE --task-queue trips');
    const own = { run: { ...base.run, workflow: 'runAgent' }, agents: ['triage'], taskQueue: 'baton' };
    expect(commandsOf({ workflowTask: task, ...own })).toContain('baton worker');
  });

  test('an answer for each option of a question', () => {
    expect(commandsOf({ approvals: [asked] })).toEqual([
      'baton approve trip/u1/r1 go',
      'baton decide trip/u1/r1 go later',
      'baton cancel trip/u1/r1',
    ]);
  });

  test('of a run that is paused and asks, how to resume it and how to answer', () => {
    const known = { run: { ...base.run, status: 'paused' as const }, approvals: [asked] };
    expect(of(known).evidence).toContain('it also asks go: Go on?');
    expect(commandsOf(known)).toEqual([
      'baton resume trip/u1/r1',
      'baton approve trip/u1/r1 go',
      'baton decide trip/u1/r1 go later',
      'baton cancel trip/u1/r1',
    ]);
  });

  test('ids are quoted for a shell where they must be', () => {
    const run = { ...base.run, workflow_id: "trip/u1/it's", status: 'paused' as const };
    expect(commandsOf({ run })[0]).toBe(`baton resume 'trip/u1/it'\\''s'`);
  });
});

describe('a run that has ended', () => {
  const ended = { ...base.run, status: 'failed' as const, ended_at: ago(1_000) };
  const dead = { agent: 'buyer', agent_run: 'buyer-1', step: 'buy', state: 'failed', attempt: 4 };
  const folded = {
    ended_at: ended.ended_at,
    agents: [{ ...dead, error: { type: 'AgentFailed', message: 'closed' } }],
  } as unknown as FoldedRun;

  test('says why, by which agent, and how to try again', () => {
    const error = { type: 'AgentFailed' as const, message: 'buyer failed' };
    expect(of({ run: ended, folded, error })).toMatchObject({
      reason: 'ended_badly',
      since: ended.ended_at,
      summary: 'the run ended as failed: buyer failed',
      evidence: ['buyer-1 failed at attempt 4: AgentFailed: closed'],
      remedies: [{ command: 'baton retry trip/u1/r1' }, { command: 'baton retry trip/u1/r1 --from buy' }],
    });
  });

  test('says what its user has not been told, or what is being undone', () => {
    const open = { ...folded, ended_at: null };
    expect(of({ run: ended, folded: open }).reason).toBe('end_untold');
    expect(of({ run: ended, folded: open, undoing: true }).reason).toBe('undoing');
    expect(of({ run: { ...ended, status: 'completed' }, folded })).toMatchObject({ reason: 'ended', remedies: [] });
  });
});
