import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { Redis } from 'ioredis';
import { z } from 'zod';
import example from '../../examples/own-workflow/app.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { faultTest } from '../support/fault-test.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { startTestGateway, thought } from '../support/test-gateway.ts';
import { until } from '../support/until.ts';

/** Others on the shared server have runs of these ids too. */
const ann = randomUUID();
const { agents } = example;
const order = definePlan({ name: 'order', input: z.object({ sku: z.string() }) }, (p) => {
  p.step('quote', agents[0], { sku: p.input.sku });
});
const app = defineApp({ agents, plans: [order] });

const hostOf = (url: string) => new URL(url).host;

type Server = Awaited<ReturnType<typeof startRedisServer>>;
let server: Server;
let next: Server;
let proxy: Awaited<ReturnType<typeof startCutProxy>>;
let admin: Redis;
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  [server, next] = await Promise.all([startRedisServer(), startRedisServer()]);
  proxy = await startCutProxy(hostOf(server.url));
  admin = new Redis(server.url);
  gateway = await startTestGateway({ app, env: { BATON_LOG: `redis://${proxy.address}` } });
});
afterAll(async () => {
  await gateway.stop();
  admin.disconnect();
  await proxy.stop();
  await Promise.all([server.stop(), next.stop()]);
});

async function answered(response: Promise<Response>) {
  const { status, headers, body } = await response;
  const problem = status >= 400 ? ((await (await response).json()) as { code: string }) : undefined;
  await body?.cancel().catch(() => undefined);
  return { status, code: problem?.code, retryAfter: headers.get('retry-after') };
}

const AWAY = { status: 503, code: 'log_unavailable', retryAfter: '5' };
const startRun = () => gateway.post(ann, '/v1/runs', { workflow: 'order', input: { sku: 'map' } });
const ready = () => fetch(`${gateway.url}/readyz`);
const statusOf = async (response: Promise<Response>) => (await answered(response)).status;

/** Ways in which a Redis takes no writes for a while, and what mends them. */
const STATES: [name: string, breaks: () => Promise<unknown>, mends: () => Promise<unknown>][] = [
  ['a read-only replica', () => admin.replicaof('127.0.0.1', 1), () => admin.replicaof('NO', 'ONE')],
  ['out of memory', () => admin.config('SET', 'maxmemory', '1'), () => admin.config('SET', 'maxmemory', '0')],
  [
    'without enough replicas',
    () => admin.config('SET', 'min-replicas-to-write', '1'),
    () => admin.config('SET', 'min-replicas-to-write', '0'),
  ],
  [
    'suddenly asking for a password',
    async () => {
      await admin.config('SET', 'requirepass', 'new');
      await admin.auth('new');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    () => admin.config('SET', 'requirepass', ''),
  ],
];

faultTest(
  'a Redis that takes no writes for a while is 503 until it takes them again',
  {
    kind: 6,
    before:
      'POST /v1/runs answered 500 internal_error and /readyz 200, while Redis was read-only, full, or wanted a password.',
  },
  async () => {
    const seen: string[] = [];
    for (const [name, breaks, mends] of STATES) {
      await breaks();
      try {
        expect({ name, ...(await answered(startRun())) }).toEqual({ name, ...AWAY });
        expect({ name, ...(await answered(ready())) }).toEqual({ name, ...AWAY });
        expect(await statusOf(fetch(`${gateway.url}/healthz`))).toBe(200);
      } finally {
        await mends();
      }
      await until(
        () => statusOf(ready()),
        (status) => status === 200,
      );
      expect({ name, status: await statusOf(startRun()) }).toEqual({ name, status: 202 });
      seen.push(name);
    }
    return `503 log_unavailable with retry-after from both, then 202 by itself, for a Redis ${seen.join(', ')}.`;
  },
);

faultTest(
  'a Redis that is away is 503 on every call, and feeds are closed with a word to come back',
  { kind: 6, before: 'GET /v1/runs/ID, /v1/events, /v1/stats and decisions answered 500 internal_error.' },
  async () => {
    expect(
      await statusOf(gateway.post(ann, '/v1/runs', { workflow: 'order', input: { sku: 'map' }, run_id: 'r1' })),
    ).toBe(202);
    await gateway.log.publish(thought(ann, 1));
    const feed = await gateway.feed(ann, '?after=0');
    await feed.until((frames) => frames.some(({ type }) => type === 'caught_up'));
    proxy.cut();
    const calls: Record<string, () => Promise<Response>> = {
      'GET run': () => gateway.call(ann, '/v1/runs/r1'),
      'GET events': () => gateway.call(ann, '/v1/events'),
      'GET stream': () => gateway.call(ann, '/v1/events/stream'),
      'GET stats': () => gateway.call(ann, '/v1/stats'),
      'POST run': startRun,
      'POST decision': () => gateway.post(ann, '/v1/runs/r1/approvals/go', { decision: 'approve' }),
      'POST pause': () => gateway.post(ann, '/v1/runs/r1/pause', {}),
      readyz: ready,
    };
    const late = await gateway.feed(ann, '?after=1');
    const answers = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [name, await answered(call())] as const),
    ).finally(proxy.mend);
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(Object.keys(calls).map((name) => [name, AWAY])));
    expect(await late.closed).toEqual({ code: 1012, reason: 'log_unavailable' });
    await until(
      () => statusOf(ready()),
      (status) => status === 200,
    );
    await gateway.log.publish(thought(ann, 2));
    const again = await gateway.feed(ann, '?after=1');
    const frames = await again.until((all) => all.some(({ type }) => type === 'event'));
    expect(frames.flatMap(({ event }) => event?.seq ?? [])).toEqual([2]);
    for (const { socket } of [feed, again]) socket.terminate();
    return `${answers.length} of ${answers.length} calls answer 503 log_unavailable, a new socket is closed with 1012, and the next one resumes.`;
  },
);

faultTest(
  'after a failover behind one address writes reach the new master, over connections that were open before',
  {
    kind: 6,
    before: 'the connection stayed on the old server, now a replica: every start failed with 500 until a restart.',
  },
  async () => {
    const nextAdmin = new Redis(next.url);
    const linked = async () => /master_link_status:up/.test(await nextAdmin.info('replication'));
    try {
      await admin.config('SET', 'repl-diskless-sync-delay', '0');
      await nextAdmin.replicaof('127.0.0.1', new URL(server.url).port);
      await until(linked, (isUp) => isUp);
      expect(await statusOf(startRun())).toBe(202);
      await nextAdmin.replicaof('NO', 'ONE');
      proxy.aim(hostOf(next.url));
      await admin.replicaof('127.0.0.1', new URL(next.url).port);
      const since = performance.now();
      const first = await statusOf(startRun());
      expect([202, 503]).toContain(first);
      await until(
        async () => ({ status: await statusOf(startRun()), forMs: performance.now() - since }),
        ({ status, forMs }) => status === 202 || forMs > 10_000,
      );
      expect(await statusOf(startRun())).toBe(202);
      return `the first start after it answers ${first}, and starts succeed within ${Math.round(performance.now() - since)} ms.`;
    } finally {
      nextAdmin.disconnect();
    }
  },
);
