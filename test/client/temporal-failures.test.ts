import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { BatonClient, RunHandle } from '../../src/client.ts';
import { openFeedSource } from '../../src/client/feed-source.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import type { FailureType } from '../../src/contracts/names.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startScriptedTemporal } from '../support/scripted-temporal.ts';
import { startTestClient } from '../support/test-client.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const { agents, open } = gatedAgents();
let at: Awaited<ReturnType<typeof startTestClient>>;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  at = await startTestClient({ agents });
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await at.stop();
});

/** A client over a connection that is not tried again ten times, on the same log. */
async function impatient(user: string, address: string, namespace = 'default'): Promise<BatonClient> {
  const interceptors = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 1 }))];
  const connection = await Connection.connect({ address, interceptors });
  const feed = await openFeedSource({ storeUrl: `sqlite:${at.dataDir}/events.sqlite`, fsync: 'normal' });
  closers.push(
    () => connection.close(),
    () => feed.close(),
  );
  return at.clientOf(user, { address, namespace, shared: { connection, feed, dataConverter: {} } });
}

const call = { agent: 'gated', input: { name: 'x' } };

async function firstOf(events: AsyncIterable<unknown>) {
  for await (const event of events) return event;
  return undefined;
}

const CALLS: Record<string, (baton: BatonClient, run: RunHandle) => Promise<unknown>> = {
  start: (baton) => baton.start('runAgent', call),
  execute: (baton) => baton.execute('runAgent', call),
  startNamed: (baton) => baton.startNamed('runAgent', call),
  runs: (baton) => baton.runs(),
  result: (_baton, run) => run.result(),
  state: (_baton, run) => run.state(),
  describe: (_baton, run) => run.describe(),
  events: (_baton, run) => firstOf(run.events()),
  agentResults: (_baton, run) => run.agentResults(),
  pause: (_baton, run) => run.pause(),
  resume: (_baton, run) => run.resume(),
  cancel: (_baton, run) => run.cancel(),
  approve: (_baton, run) => run.approve('plan'),
  reject: (_baton, run) => run.reject('plan'),
  retry: (_baton, run) => run.retry(),
};

async function failureOf(work: Promise<unknown>): Promise<BatonError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BatonError);
  return error as BatonError;
}

describe.each<[name: string, code: number, details: string, type: FailureType, told: string | undefined]>([
  ['that is away', 14, 'connection refused', 'NetworkError', undefined],
  ['that does not answer in time', 4, 'deadline exceeded', 'NetworkError', undefined],
  ['that breaks', 13, 'the shard is lost', 'NetworkError', undefined],
  ['that refuses the credentials', 16, 'unauthenticated', 'InvalidInput', 'permission_denied'],
  ['that permits nothing', 7, 'Request unauthorized.', 'InvalidInput', 'permission_denied'],
  ['that is asked too much', 8, 'namespace rate limit exceeded', 'RateLimited', undefined],
  ['that is too old', 12, 'unknown method', 'InvalidInput', 'server_too_old'],
])('a server %s', (_name, code, details, type, told) => {
  test('is told as such by every call, with its address', async () => {
    const server = await startScriptedTemporal({ status: { code, details } });
    closers.push(server.stop);
    const baton = await impatient('ann', server.address);
    for (const [name, work] of Object.entries(CALLS)) {
      // Late answers to this one are the worker's.
      if (name === 'state' && code === 4) continue;
      const failure = await failureOf(work(baton, baton.run('r1', 'runAgent')));
      const { message } = failure;
      expect({ name, type: failure.type, code: failure.code, message }).toEqual({
        name,
        type,
        code: told,
        message: expect.stringContaining(server.address),
      });
      expect(message).toContain(details);
    }
  });
});

test('a namespace that does not exist is named by every call, with the setting and the command that makes it', async () => {
  const baton = await impatient('ann', shared().address, 'no-such-namespace');
  for (const work of Object.values(CALLS)) {
    const { code, message } = await failureOf(work(baton, baton.run('r1', 'runAgent')));
    expect(code).toBe('namespace_missing');
    expect(message).toMatch(/no namespace "no-such-namespace"; correct TEMPORAL_NAMESPACE.*namespace create/);
  }
});

test('a namespace without search attributes is told with the command that registers them', async () => {
  const namespace = `bare-${randomUUID()}`;
  await at.temporal.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  const baton = await impatient('ann', shared().address, namespace);
  for (const name of ['start', 'runs']) {
    // Namespaces are known to every part of the server some moments after they were made.
    const failure = await until(
      () => failureOf((CALLS[name] as (typeof CALLS)[string])(baton, baton.run('r1', 'runAgent'))),
      ({ code }) => code !== 'namespace_missing',
    );
    expect(failure).toMatchObject({ type: 'InvalidInput', code: 'search_attributes_missing' });
    expect(failure.message).toMatch(
      /temporal operator search-attribute create .*--namespace bare-.* --name Baton\w+ --type/,
    );
  }
});

test('a connection that is lost in the middle of a call is told, and the call works again afterwards', async () => {
  const proxy = await startCutProxy(shared().address);
  closers.push(proxy.stop);
  const baton = await impatient('ben', proxy.address);
  const run = await baton.start('runAgent', { agent: 'gated', input: { name: 'ben' } });
  const waiting = failureOf(run.result());
  await firstOf(run.events());
  proxy.cut();
  const failure = await waiting;
  expect(failure.type).toBe('NetworkError');
  expect(failure.message).toContain(proxy.address);
  proxy.mend();
  open('ben');
  expect(await until(() => run.result().catch(() => undefined))).toMatchObject({ status: 'completed' });
});
