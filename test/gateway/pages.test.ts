import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestGateway } from '../support/test-gateway.ts';

const ORIGIN = 'https://app.example';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { BATON_ALLOWED_ORIGINS: ORIGIN } });
});
afterAll(() => gateway.stop());

test('a page of an allowed origin may call, and is told so', async () => {
  const asked = await fetch(`${gateway.url}/v1/workflows`, {
    method: 'OPTIONS',
    headers: { origin: ORIGIN, 'access-control-request-method': 'GET' },
  });
  const called = await gateway.call('page', '/v1/workflows', { headers: { origin: ORIGIN } });
  expect(called.status).toBe(200);
  for (const { headers } of [asked, called]) expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
});

test('the reference for people answers', async () => {
  const answer = await fetch(`${gateway.url}/docs/`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('swagger-ui');
});
