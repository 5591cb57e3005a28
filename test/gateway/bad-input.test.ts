import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSocket, startTestGateway, thought } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;

beforeAll(async () => {
  gateway = await startTestGateway({ streamsPerUser: 3, maxUploadBytes: 1_000_000 });
});
afterAll(() => gateway.stop());

type OpenApi = { paths: Record<string, Record<string, unknown>> };

const TRACE = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n';

async function upload(user: string, content: string | Uint8Array<ArrayBuffer>, name = 'usage.csv') {
  const form = new FormData();
  form.append('file', new Blob([content]), name);
  const answer = await gateway.call(user, '/v1/uploads', { method: 'POST', body: form });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

describe('a cursor', () => {
  test.each(['-1', '1e99', 'text', '1.5', ''])('%j is refused on every way to the feed', async (after) => {
    for (const path of ['/v1/events', '/v1/events/stream']) {
      const answer = await gateway.call('u1', `${path}?after=${after}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path: '/after' }] });
    }
    const { socket, closed } = await gateway.feed('u1', `?after=${after}`);
    const status = await new Promise((resolve) =>
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(400);
    socket.terminate();
    await closed;
  });

  test.each(['-1', '1e99', 'text', 'e1:', 'e1:text', '2:e1'])('%j as Last-Event-ID is refused', async (id) => {
    const answer = await gateway.call('u1', '/v1/events/stream', { headers: { 'last-event-id': id } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
  });

  test('ahead of the log is a conflict that says where the log stands', async () => {
    const answer = await gateway.call('u1', '/v1/events?after=99');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'cursor_refused', reason: 'cursor_ahead', head: 0 });
  });
});

describe("another user's run", () => {
  test('answers as one that never was', async () => {
    await gateway.log.publish(thought('owner', 1, { runId: 'secret-run' }));
    const answers = await Promise.all(
      ['secret-run', 'never-was'].flatMap((id) =>
        ['', '/report'].map(async (rest) => {
          const answer = await gateway.call('thief', `/v1/runs/${id}${rest}`);
          const { status, code, detail } = (await answer.json()) as Record<string, string>;
          return { status, code, detail: detail?.replace(id, 'ID') };
        }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404, code: 'not_found' });
    const events = await gateway.call('thief', '/v1/events?after=0&run_id=secret-run');
    expect(await events.json()).toMatchObject({ events: [] });
  });

  test('is as unknown to every call that takes a run, whatever it does', async () => {
    await gateway.log.publish(thought('owner', 2, { runId: 'secret-run' }));
    const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as OpenApi;
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      path.includes('{run_id}') ? Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })) : [],
    );
    expect(calls.length).toBeGreaterThanOrEqual(8);
    const headers = { 'content-type': 'application/json' };
    const found = calls.map(async ({ path, method }) => {
      const url = path.replace('{run_id}', 'secret-run').replace('{approval_id}', 'plan');
      const answers = url.endsWith('/approvals/plan') ? { decision: 'approve' } : {};
      const body = method === 'GET' ? undefined : JSON.stringify(url.endsWith('/what-if') ? { set: {} } : answers);
      const answer = await gateway.call('thief', url, { method, body, headers: body ? headers : {} });
      return `${answer.status} ${((await answer.json()) as { code: string }).code} ${method} ${path}`;
    });
    expect(await Promise.all(found)).toEqual(calls.map(({ method, path }) => `404 not_found ${method} ${path}`));
  });

  test('tells nothing to a socket or a stream that asks for it', async () => {
    await gateway.log.publish(thought('owner', 3, { runId: 'secret-run' }));
    const { socket, until, frames } = await gateway.feed('thief', '?after=0&run_id=secret-run');
    await until((all) => all.some(({ type }) => type === 'caught_up'));
    expect(frames.map(({ type }) => type)).toEqual(['hello', 'caught_up']);
    expect(frames[0]).toMatchObject({ head: 0 });
    socket.close();
    const stream = await gateway.call('thief', '/v1/events/stream?after=0&run_id=secret-run');
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes('caught_up')) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    expect(text).not.toContain('secret-run');
  });
});

describe('a socket', () => {
  test('without a token is closed with 4401 and told nothing', async () => {
    const { closed, frames } = openSocket(`${gateway.url.replace('http', 'ws')}/v1/feed?after=0`, ['baton.v1']);
    expect((await closed).code).toBe(4401);
    expect(frames.filter(({ type }) => type !== 'bye')).toEqual([]);
  });

  test('that sends a frame of 100 MB is closed, and the others are not', async () => {
    const [bad, good] = [await gateway.feed('frames'), await gateway.feed('frames')];
    await Promise.all([bad, good].map(({ until }) => until((frames) => frames.length === 2)));
    bad.socket.send(Buffer.alloc(100_000_000), () => undefined);
    expect([1006, 1009]).toContain((await bad.closed).code);
    await gateway.log.publish(thought('frames', 1));
    await good.until((frames) => frames.some(({ type }) => type === 'event'));
    good.socket.close();
  });

  test('that sends what is not JSON is not listened to and goes on', async () => {
    const { socket, until } = await gateway.feed('talker');
    await until((frames) => frames.length === 2);
    socket.send('{not json');
    await gateway.log.publish(thought('talker', 1));
    await until((frames) => frames.length === 3);
    socket.close();
  });

  test('too many of one user are closed with 4429 and a delay; other users are served', async () => {
    const open = await Promise.all(Array.from({ length: 500 }, () => gateway.feed('many')));
    const refused: typeof open = [];
    const all = Promise.withResolvers<void>();
    for (const one of open) {
      void one.closed.then(({ code }) => {
        if (code === 4429) refused.push(one);
        if (refused.length === 497) all.resolve();
      });
    }
    await all.promise;
    expect(refused[0]?.frames).toEqual([{ type: 'bye', reason: 'too_many_sockets', retry_ms: expect.any(Number) }]);
    const other = await gateway.feed('other');
    await other.until((frames) => frames.length === 2);
    const stream = await gateway.call('many', '/v1/events/stream');
    expect(stream.status).toBe(429);
    for (const { socket } of [...open, other]) socket.close();
  });
});

describe('a body', () => {
  test('that is not JSON gets 400', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await gateway.call('u1', '/v1/runs', { method: 'POST', body: '{not json', headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', request_id: expect.any(String) });
  });

  test('that would reach into prototypes gets 400', async () => {
    const headers = { 'content-type': 'application/json' };
    for (const set of ['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}']) {
      const init = { method: 'POST', body: `{"set":${set}}`, headers };
      expect((await gateway.call('u1', '/v1/runs/r1/what-if', init)).status).toBe(400);
    }
  });

  test('that is too large gets 413', async () => {
    const answer = await gateway.post('u1', '/v1/runs', { workflow: 'x'.repeat(2_000_000) });
    expect(answer.status).toBe(413);
  });

  test('with several faults names each by its path', async () => {
    const input = { files: ['/etc/passwd'], window_hours: -1, upload_ids: ['../../x'] };
    const answer = await gateway.post('u1', '/v1/runs', { workflow: 'costOptimization', input });
    expect(answer.status).toBe(422);
    const { code, errors } = (await answer.json()) as { code: string; errors: { path: string; message: string }[] };
    expect(code).toBe('invalid_input');
    expect(errors.map(({ path }) => path)).toContain('/input/window_hours');
    expect(JSON.stringify(errors)).toContain('files');
  });

  test('that names an unknown workflow is told the known ones', async () => {
    const answer = await gateway.post('u1', '/v1/runs', { workflow: 'nope', input: {} });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { detail: string }).detail).toContain('costOptimization');
  });

  test("that names somebody else's upload is refused as for one that never was", async () => {
    const { body } = await upload('owner', TRACE);
    const input = { upload_ids: [body.upload_id] };
    const answer = await gateway.post('thief', '/v1/runs', { workflow: 'costOptimization', input });
    expect(await answer.json()).toMatchObject({ status: 422, errors: [{ path: '/input/upload_ids/0' }] });
  });
});

describe('an upload', () => {
  test('is stored with its size, digest and format', async () => {
    const { status, body } = await upload('u1', TRACE);
    expect({ status, body }).toMatchObject({ status: 201, body: { bytes: TRACE.length, format: 'azure_llm_trace' } });
    expect(body.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('may also be the raw body', async () => {
    const headers = { 'content-type': 'text/csv', 'x-file-name': 'a.csv' };
    const answer = await gateway.call('u1', '/v1/uploads', { method: 'POST', body: TRACE, headers });
    expect(answer.status).toBe(201);
  });

  test('named ../../x stays in its folder', async () => {
    expect((await upload('u1', TRACE, '../../x')).status).toBe(201);
    expect(existsSync(join(gateway.dataDir, 'x'))).toBe(false);
    const files = readdirSync(join(gateway.dataDir, 'uploads'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('/x'))).toHaveLength(1);
  });

  test('that is a zip bomb is not unpacked: its format is not known, and nothing of it is kept', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000)));
    const { status, body } = await upload('bomber', bomb, 'usage.csv.gz');
    expect(status).toBe(422);
    expect(body.code).toBe('unknown_format');
    expect(body.detail).toContain('TIMESTAMP');
    expect(body.detail).not.toContain(gateway.dataDir);
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/csv' };
    const encoded = await gateway.call('bomber', '/v1/uploads', { method: 'POST', body: bomb, headers });
    expect(encoded.status).toBe(415);
  });

  test('above the limit gets 413 and leaves nothing behind', async () => {
    const before = readdirSync(join(gateway.dataDir, 'uploads'), { recursive: true }).length;
    const { status } = await upload('u1', TRACE.repeat(30_000));
    expect(status).toBe(413);
    expect(readdirSync(join(gateway.dataDir, 'uploads'), { recursive: true })).toHaveLength(before);
  });

  test.each(['as a form', 'as the raw body'])(
    'above the limit %s is told so, and its connection serves the next',
    async (way) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const large = TRACE.repeat(100_000);
      const form = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${large}\r\n--b--\r\n`;
      const [type, body] = way === 'as a form' ? ['multipart/form-data; boundary=b', form] : ['text/csv', large];
      const headers = { authorization: `Bearer ${await gateway.token('u1')}`, 'content-type': type };
      const sockets = new Set<unknown>();
      for (const [content, status] of [
        [body, 413],
        [TRACE, 201],
      ] as const) {
        const sent = request(`${gateway.url}/v1/uploads`, {
          method: 'POST',
          agent,
          headers: content === TRACE ? { ...headers, 'content-type': 'text/csv' } : headers,
        });
        sent.on('socket', (socket) => sockets.add(socket)).end(content);
        const [answer] = (await once(sent, 'response')) as [IncomingMessage];
        expect(answer.statusCode).toBe(status);
        await once(answer.resume(), 'end');
      }
      expect(sockets.size).toBe(1);
      agent.destroy();
    },
  );

  test('without a byte is refused', async () => {
    expect((await upload('u1', '')).status).toBe(422);
  });

  test('with =cmd() in a cell is stored as it is: text is text until a row is read', async () => {
    const { status, body } = await upload('cells', `${TRACE}2023-11-16 18:17:04.1,=cmd(),10\n`);
    expect(status).toBe(201);
    const files = readdirSync(join(gateway.dataDir, 'uploads'), { recursive: true, encoding: 'utf8' });
    const path = files.find((file) => file.includes(`${body.upload_id}/`)) as string;
    expect(readFileSync(join(gateway.dataDir, 'uploads', path), 'utf8')).toContain('=cmd()');
  });
});

test('an event whose text holds a script stays text: JSON that no browser takes for a page', async () => {
  await gateway.log.publish(thought('html', 1, { text: '<script>alert(1)</script>' }));
  const answer = await gateway.call('html', '/v1/events');
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(await answer.json()).toMatchObject({ events: [{ payload: { reasoning: '<script>alert(1)</script>' } }] });
});

test('a page of a foreign origin may not call, and gets no CORS headers', async () => {
  const answer = await gateway.call('u1', '/v1/workflows', { headers: { origin: 'https://evil.example' } });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});
