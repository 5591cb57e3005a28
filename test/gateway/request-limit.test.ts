import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;

beforeAll(async () => {
  gateway = await startTestGateway({ requestsPerMinute: 3 });
});
afterAll(() => gateway.stop());

test('a user past the limit is told when to come back, and others of the same address are served', async () => {
  const workflows = (user: string) => gateway.call(user, '/v1/workflows');
  for (const _ of [1, 2, 3]) expect((await workflows('busy')).status).toBe(200);
  const refused = await workflows('busy');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  expect((await workflows('calm')).status).toBe(200);
});

test("a user's sockets past the limit are refused, and others of the same address are let in", async () => {
  const open = async (user: string) => {
    const { socket, closed } = await gateway.feed(user);
    const status = await new Promise((resolve) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    socket.terminate();
    await closed;
    return status;
  };
  const statuses: unknown[] = [];
  for (const _ of [1, 2, 3, 4]) statuses.push(await open('storm'));
  expect(statuses).toEqual([101, 101, 101, 429]);
  expect(await open('lull')).toBe(101);
});

test('a made-up token has no limit of its own where none is checked', async () => {
  const page = (n: number) =>
    fetch(`${gateway.url}/openapi.json`, { headers: { authorization: `Bearer made-up-${n}` } });
  const statuses: number[] = [];
  for (const n of [1, 2, 3, 4]) statuses.push((await page(n)).status);
  expect(statuses.at(-1)).toBe(429);
});

faultTest(
  'heavy requests cost more of a limit than light ones, and leave light ones and other users alone',
  { kind: 14, before: 'A user could have 1,200 analyses a minute, as many as calls that cost nothing.' },
  async () => {
    const costly = await startTestGateway({ requestsPerMinute: 40 });
    try {
      const heavy = async (user: string) =>
        (await costly.post(user, '/v1/runs/nobodys/what-if', { set: { effort_rate_usd_per_day: 1 } })).status;
      const malformed = (await costly.post('busy', '/v1/runs/nobodys/what-if', { set: 1 })).status;
      const statuses = [await heavy('busy'), await heavy('busy'), await heavy('busy')];
      const light = (await costly.call('busy', '/v1/workflows')).status;
      expect({ malformed, statuses, light, other: await heavy('calm') }).toEqual({
        malformed: 400,
        statuses: [404, 404, 429],
        light: 200,
        other: 404,
      });
      return 'With a limit of 40 the third what-if within a minute is refused; light calls and other users are served.';
    } finally {
      await costly.stop();
    }
  },
);
