import { afterAll, beforeAll, expect, test } from '@jest/globals';
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
