import { afterAll, beforeAll, expect } from '@jest/globals';
import { connect } from '../../src/client.ts';
import { callBaton } from '../cli/call-baton.ts';
import { spawnBaton } from '../cli/run-baton.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTwoTemporals } from '../support/two-temporals.ts';

let at: Awaited<ReturnType<typeof startTwoTemporals>>;
beforeAll(async () => {
  at = await startTwoTemporals();
  await at.work(at.own);
});
afterAll(() => at.stop());

const REFUSAL =
  /log \S+events\.sqlite belongs to .* \(id [\w-]+\) at .* answers as .* with id [\w-]+: correct TEMPORAL_ADDRESS .*--rebind/;

type Check = { name: string; state: string; found: string };
const checksOf = (stdout: string) =>
  Object.fromEntries((JSON.parse(stdout) as Check[]).map((each) => [each.name, each]));

const ends = (types: string[]) => types.filter((type) => /^run_(failed|completed|cancelled)$/.test(type));

/** A role that is refused ends; one that is not says that it is up. */
async function roleEnds(args: string[]) {
  const env = { TEMPORAL_ADDRESS: at.stranger, BATON_HTTP_PORT: '0', BATON_RECONCILE_MS: '100' };
  const { child, until, closed, output } = spawnBaton(args, { dataDir: at.dataDir, env });
  const up = until(/on queue|gateway {6}http/).then(
    () => 'up' as const,
    () => closed,
  );
  const code = await Promise.race([up, closed]);
  child.kill('SIGKILL');
  return { code, stderr: output.stderr };
}

faultTest(
  'a role that reaches another Temporal than that of its log is refused, and ends no run',
  {
    kind: 1,
    before: 'The worker polled the queue of the other Temporal, and every open run of the log was said to have failed.',
    timeoutMs: 60_000,
  },
  async () => {
    const baton = await at.clientOf('ann');
    const run = await baton.start('runAgent', { agent: 'booker', input: { what: 'flight' } });
    await at.until('ann', ['agent_thinking']);

    const roles = await Promise.all([roleEnds(['worker', '--task-queue', at.taskQueue]), roleEnds(['gateway'])]);
    const env = { TEMPORAL_ADDRESS: at.stranger };
    const listed = await callBaton(['runs'], { dataDir: at.dataDir, env });
    for (const { code, stderr } of [...roles, listed]) {
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(REFUSAL) });
    }
    const connecting = connect({ user: 'ann', address: at.stranger, dataDir: at.dataDir });
    await expect(connecting).rejects.toMatchObject({
      code: 'foreign_temporal',
      message: expect.stringMatching(REFUSAL),
    });

    at.letGo('flight');
    expect((await run.result()).status).toBe('completed');
    const types = (await at.until('ann', ['run_completed', 'run_failed'])).map(({ type }) => type);
    expect(ends(types)).toEqual(['run_completed']);
    return '`baton worker`, `baton gateway`, `baton runs` and `connect()` are refused with `foreign_temporal`; the open run completes.';
  },
);

faultTest(
  'an operator binds a log to a new Temporal: its open runs are lost, and what their tools did is undone',
  {
    kind: 1,
    before:
      'There was no `--rebind`; runs of the old Temporal were ended by the new one, and what they had done stayed.',
    timeoutMs: 60_000,
  },
  async () => {
    const baton = await at.clientOf('ben');
    const run = await baton.start('runAgent', { agent: 'booker', input: { what: 'hotel' } });
    await at.until('ben', ['agent_thinking']);

    const env = { TEMPORAL_ADDRESS: at.stranger };
    const rebind = ['doctor', '--rebind', '--task-queue', at.taskQueue, '--json'];
    const { stdout } = await callBaton(rebind, { dataDir: at.dataDir, env });
    const bound = checksOf(stdout || '[]')['temporal of the log'] ?? {};
    expect(bound).toMatchObject({ state: 'ok', found: expect.stringMatching(/1 open runs are lost/) });
    await at.work(at.stranger);

    const events = await at.until('ben', ['run_failed', 'run_completed']);
    const ended = events.filter(({ type }) => /^(agent_death|compensation_|run_failed)/.test(type));
    expect(ended.map(({ type, payload }) => [type, payload.success ?? payload.reason])).toEqual([
      ['agent_death', 'terminated'],
      ['compensation_started', undefined],
      ['compensation_completed', true],
      ['run_failed', 'lost'],
    ]);
    expect(at.did).toEqual(['book flight', 'book hotel', 'undo hotel']);
    expect(await at.store.binding.read()).toMatchObject({
      current: { address: at.stranger, by: expect.stringContaining('@') },
      earlier: [{ address: at.own }],
    });
    await expect(connect({ user: 'ben', address: at.own, dataDir: at.dataDir })).rejects.toMatchObject({
      code: 'foreign_temporal',
    });
    at.letGo('hotel');
    return `\`baton doctor --rebind\` ends run ${run.workflowId.split('/')[0]} as \`lost\` after its booking was undone by a worker of the new Temporal.`;
  },
);

faultTest(
  'what a lost run did is undone once, however often it is asked for meanwhile',
  {
    kind: 1,
    before: 'There was no `--rebind`, and what a run had done whose Temporal was lost stayed.',
    timeoutMs: 60_000,
  },
  async () => {
    const now = (await at.store.binding?.read())?.current.address;
    const next = now === at.own ? at.stranger : at.own;
    await at.work(next === at.own ? at.stranger : at.own);
    const baton = await at.clientOf('cem', now);
    await baton.start('runAgent', { agent: 'booker', input: { what: 'slow train' } });
    await at.until('cem', ['agent_thinking']);

    const env = { TEMPORAL_ADDRESS: next };
    const rebind = ['doctor', '--rebind', '--task-queue', at.taskQueue, '--json'];
    await callBaton(rebind, { dataDir: at.dataDir, env });
    await at.work(next);
    await at.until('cem', ['compensation_started']);
    // As every round of a reconciler does while it is being undone.
    const { stdout } = await callBaton(rebind, { dataDir: at.dataDir, env });
    expect(checksOf(stdout || '[]')['temporal of the log'] ?? {}).toMatchObject({ state: 'ok' });
    at.letGo('undo slow train');
    const events = await at.until('cem', ['run_failed', 'run_completed']);
    const undone = events.filter(({ type }) => /^(compensation_|run_failed)/.test(type));
    expect(undone.map(({ type, payload }) => [type, payload.success ?? payload.reason])).toEqual([
      ['compensation_started', undefined],
      ['compensation_completed', true],
      ['run_failed', 'lost'],
    ]);
    expect(at.did.filter((what) => what === 'undo slow train')).toHaveLength(1);
    at.letGo('slow train');
    return 'A second `--rebind` while the booking is undone changes nothing: it is undone once, and the run ends as `lost` after it.';
  },
);

faultTest(
  'a run that was accepted, and had said nothing when its Temporal was lost, ends too',
  {
    kind: 1,
    before: 'Nobody knew of it: it was never ended, and `GET` answered 404 for ever.',
    timeoutMs: 60_000,
  },
  async () => {
    const now = (await at.store.binding?.read())?.current.address;
    const next = now === at.own ? at.stranger : at.own;
    const { baton, run } = await at.idle('dee', now);
    const env = { TEMPORAL_ADDRESS: next };
    const rebind = ['doctor', '--rebind', '--task-queue', at.taskQueue, '--json'];
    const { stdout } = await callBaton(rebind, { dataDir: at.dataDir, env });
    const bound = checksOf(stdout || '[]')['temporal of the log'] ?? {};
    expect(bound).toMatchObject({ state: 'ok', found: expect.stringMatching(/1 open runs are lost/) });
    const events = await at.until('dee', ['run_failed']);
    expect(events.map(({ type, payload }) => [type, payload.reason])).toEqual([
      ['run_started', undefined],
      ['run_failed', 'lost'],
    ]);
    await baton.close();
    await using again = await connect({ user: 'dee', app: at.app, address: next, dataDir: at.dataDir });
    expect(await (await again.find(run.runId))?.result()).toMatchObject({ status: 'failed' });
    return 'Its feed says `run_started` and `run_failed` with reason `lost`, and `result()` that it failed.';
  },
);
