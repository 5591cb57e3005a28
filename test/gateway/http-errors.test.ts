import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { faultTest } from '../support/fault-test.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestGateway, thought } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let token: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.log.publish(thought('ann', 1));
  token = await gateway.token('ann');
});
afterAll(() => gateway.stop());

type Sent = { headers?: Record<string, string>; body?: string; cut?: boolean };

async function send(line: string, { headers = {}, body = '', cut }: Sent = {}) {
  const all = { host: 'localhost', connection: 'close', authorization: `Bearer ${token}`, ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const answer = await rawHttp(gateway.url, `${line} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`, { cut });
  const problem =
    answer?.type === 'application/problem+json' ? (JSON.parse(jsonIn(answer.body)) as Problem) : undefined;
  return { status: answer?.status, problem: problem && problem.status, code: problem?.code };
}
type Problem = { status: number; code: string };

/** A body may come in chunks, each with its length before it. */
const jsonIn = (body: string) => body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1);

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'multipart/form-data; boundary=b' };
const PART = '--b\r\ncontent-disposition: form-data; name="f"; filename="x"\r\n\r\nabc';
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const REFUSED: [line: string, sent: Sent, status: number, code: string][] = [
  ['GET //v1/runs', {}, 404, 'not_found'],
  ['GET //', {}, 404, 'not_found'],
  ['GET /%00', {}, 404, 'not_found'],
  ['GET /%2e%2e/%2e%2e/x', {}, 404, 'not_found'],
  [`GET /v1/runs/${'a'.repeat(9_000)}`, {}, 404, 'not_found'],
  ['GET /%', {}, 400, 'invalid_request'],
  ['GET /v1/runs/%ff', {}, 400, 'invalid_request'],
  ['GET http://[', {}, 400, 'invalid_request'],
  ['GET /index.html', { headers: { range: 'bytes=99999999-' } }, 416, 'range_not_satisfiable'],
  ['GET /index.html', { headers: { 'if-match': '"x"' } }, 412, 'precondition_failed'],
  ['GET /healthz', { headers: { x: 'a'.repeat(40_000) } }, 431, 'headers_too_large'],
  ['GET /healthz', { headers: { 'x y': 'z' } }, 400, 'invalid_request'],
  ['BREW /v1/runs', {}, 400, 'invalid_request'],
  ['DELETE /v1/runs', {}, 405, 'method_not_allowed'],
  ['PROPFIND /v1/stats', {}, 405, 'method_not_allowed'],
  ['CONNECT x:80', {}, 405, 'method_not_allowed'],
  ['GET /v1/feed', {}, 426, 'upgrade_required'],
  ['GET /v1/feed', { headers: { connection: 'upgrade', upgrade: 'websocket' } }, 400, 'invalid_request'],
  ['POST /v1/runs', { headers: { ...JSON_TYPE, expect: 'x', 'content-length': '0' } }, 417, 'expectation_failed'],
  ['POST /v1/runs', { headers: { ...JSON_TYPE, 'content-length': '0' } }, 400, 'invalid_request'],
  [
    'POST /v1/runs',
    { headers: { 'content-type': 'text/xml', 'content-length': '1' }, body: '<' },
    415,
    'unsupported_media_type',
  ],
  [
    'POST /v1/runs',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip', 'content-length': '2' }, body: '{}' },
    415,
    'unsupported_media_type',
  ],
  ['POST /v1/runs', { headers: { ...JSON_TYPE, 'content-length': '2000000' } }, 413, 'too_large'],
  [
    'POST /v1/runs',
    { headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' }, body: 'zz\r\n' },
    400,
    'invalid_request',
  ],
  [
    'POST /v1/uploads',
    { headers: { 'content-type': 'multipart/form-data', 'content-length': '3' }, body: 'abc' },
    400,
    'invalid_request',
  ],
  ['POST /v1/uploads', { headers: { ...FORM, 'content-length': '3' }, body: 'abc' }, 400, 'invalid_request'],
  [
    'POST /v1/uploads',
    { headers: { ...FORM, 'transfer-encoding': 'chunked' }, body: chunked(PART) },
    400,
    'invalid_request',
  ],
  [
    'POST /v1/uploads',
    { headers: { ...FORM, 'content-length': '900' }, body: PART, cut: true },
    400,
    'invalid_request',
  ],
];

faultTest(
  'what is wrong with a request is answered by a problem with its own status, and never by 500',
  {
    kind: 27,
    before:
      '`//v1/runs`, a range past the end, a cut form and a path too long were 500; others had no problem, or no body at all',
  },
  async () => {
    const answers = [];
    for (const [line, sent] of REFUSED) answers.push({ line: line.slice(0, 40), ...(await send(line, sent)) });
    expect(answers).toEqual(
      REFUSED.map(([line, , status, code]) => ({ line: line.slice(0, 40), status, problem: status, code })),
    );
    return `${answers.length} of ${answers.length} kinds of requests got a 4xx of their own as application/problem+json`;
  },
);

faultTest(
  'a call that needs no body takes none of any content type',
  {
    kind: 27,
    before: '`content-type: application/json` without a body was 400 for cancel, and 415 for a form without fields',
  },
  async () => {
    const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/xml', ''];
    const seen: string[] = [];
    for (const action of ['cancel', 'pause', 'resume', 'retry']) {
      for (const type of types) {
        const headers = { 'content-length': '0', ...(type && { 'content-type': type }) };
        const { status, code } = await send(`POST /v1/runs/nope/${action}`, { headers });
        seen.push(`${status} ${code}`);
      }
    }
    expect([...new Set(seen)]).toEqual(['404 not_found']);
    return `${seen.length} calls without a body reached their run (there was none: 404)`;
  },
);

faultTest(
  'with the log gone every call that needs it is 503, whatever it needs it for',
  { kind: 27, before: 'a gateway whose log was removed answered as if it were there: 404, 422 and an open stream' },
  async () => {
    const own = await startTestGateway();
    const { paths } = (await (await fetch(`${own.url}/openapi.json`)).json()) as { paths: Record<string, object> };
    await own.log.publish(thought('ann', 1));
    for (const end of ['', '-wal', '-shm']) rmSync(join(own.dataDir, `events.sqlite${end}`), { force: true });
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path: path.replaceAll(/\{\w+\}/g, 'r1'), method: method.toUpperCase() })),
    );
    const answers = await Promise.all(
      calls.map(async ({ path, method }) => {
        const answer = await own.call('ann', path, { method, signal: AbortSignal.timeout(5_000) });
        const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
        return { path, method, status: answer.status, code };
      }),
    );
    await own.stop();
    expect(answers.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
    const away = answers.filter(({ code }) => code === 'log_unavailable');
    expect(away.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/v1/events', '/v1/events/stream', '/v1/stats', '/v1/runs/r1', '/v1/runs/r1/cancel']),
    );
    return `of ${answers.length} calls ${away.length} were 503 log_unavailable, the others needed no log or were refused`;
  },
);
