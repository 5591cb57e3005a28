import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { faultTest } from '../support/fault-test.ts';
import { openSocket, startTestGateway, thought } from '../support/test-gateway.ts';
import { within } from '../support/within.ts';

const TRACE = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n';
const MAX_FILES = 3;
const MAX_BYTES = 400_000;

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  const quota = { BATON_UPLOADS_PER_USER: String(MAX_FILES), BATON_UPLOAD_BYTES_PER_USER: String(MAX_BYTES) };
  const env = { ...quota, BATON_PUBLIC_HOSTS: 'baton.example, other.example', BATON_ADHOC_PLANS: '1' };
  gateway = await startTestGateway({ env, maxUploadBytes: 300_000 });
});
afterAll(() => gateway.stop());

type Answer = { status: number; body: Record<string, unknown> };

async function upload(user: string, content: string): Promise<Answer> {
  const headers = { 'content-type': 'text/csv' };
  const answer = await gateway.call(user, '/v1/uploads', { method: 'POST', body: content, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** By hand: `fetch` does not send these headers. */
async function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const [answer] = (await once(request(`${gateway.url}${path}`, { headers }).end(), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

faultTest(
  'each user keeps so many uploads with so many bytes, and may delete some',
  { kind: 19, before: 'One user could upload until the disk was full.' },
  async () => {
    const large = TRACE + '2023-11-16 18:17:03.9799600,4808,10\n'.repeat(4_000);
    const side = await Promise.all([1, 2, 3, 4].map(() => upload('large', large)));
    const taken = side.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(Math.floor(MAX_BYTES / large.length));
    expect(side.filter(({ status }) => status !== 201).map(({ body }) => body.code)).toEqual(
      Array.from({ length: side.length - taken.length }, () => 'quota_exceeded'),
    );

    const first = await Promise.all(Array.from({ length: MAX_FILES }, () => upload('small', TRACE)));
    expect(first.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await upload('small', TRACE)).toMatchObject({ status: 413, body: { code: 'quota_exceeded' } });
    expect((await upload('somebody', TRACE)).status).toBe(201);
    const one = `/v1/uploads/${String(first[0]?.body.upload_id)}`;
    expect((await gateway.call('somebody', one, { method: 'DELETE' })).status).toBe(404);
    expect((await gateway.call('small', one, { method: 'DELETE' })).status).toBe(204);
    expect((await upload('small', TRACE)).status).toBe(201);
    const listed = (await (await gateway.call('small', '/v1/uploads')).json()) as { uploads: unknown[] };
    expect(listed).toMatchObject({ quota: { files: MAX_FILES, bytes: MAX_BYTES } });
    expect(listed.uploads).toHaveLength(MAX_FILES);
    return `Of four uploads side by side ${taken.length} fit into ${MAX_BYTES} bytes, and the fourth of ${MAX_FILES} files is refused with 413; other users notice nothing.`;
  },
);

faultTest(
  'what is declared larger than an upload may be is refused before it is read, and not read on for ever',
  { kind: 19, before: 'A declared 10 GB was read up to the limit before the refusal, and to its end after it.' },
  async () => {
    const { hostname, port, host } = new URL(gateway.url);
    const sent = connect(Number(port), hostname).on('error', () => undefined);
    const closed = new Promise((resolve) => sent.on('close', resolve));
    const answered = new Promise<string>((resolve) => sent.on('data', (data) => resolve(data.toString().slice(9, 12))));
    const authorization = `authorization: Bearer ${await gateway.token('declares')}`;
    const headers = [`host: ${host}`, authorization, 'content-type: text/csv', 'content-length: 10000000000'];
    sent.write(`POST /v1/uploads HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    expect(await within(5_000, answered)).toBe('413');
    const chunk = Buffer.alloc(1_048_576);
    let megabytes = 0;
    while (!sent.destroyed && megabytes < 1_000) {
      megabytes += 1;
      // A close ends the wait as well: what was written then never drains.
      if (!sent.write(chunk)) await Promise.race([new Promise((resolve) => sent.once('drain', resolve)), closed]);
    }
    expect(megabytes).toBeLessThan(1_000);
    sent.destroy();
    return `It is refused before its first byte, and its connection is cut after ${megabytes} MB.`;
  },
);

/** A question in the feed of a run that no worker has. */
function question(userId: string): NewEvent {
  const payload = {
    approval_id: 'q',
    question: 'go on?',
    options: ['approve'],
    expires_at: '2099-01-01T00:00:00.000Z',
  };
  const asked = { ...thought(userId, 1, { runId: 'asks' }), type: 'approval_requested', agent: null, agent_run: null };
  return { ...asked, exec: 'workflow', payload } as unknown as NewEvent;
}

faultTest(
  'a decision and the input of a plan name uploads of their own user only',
  { kind: 19, before: 'A decision took the upload ids of any user.' },
  async () => {
    const { upload_id } = (await upload('owner', TRACE)).body;
    await gateway.log.append([question('decides')]);
    const decide = (ids: unknown[]) =>
      gateway.post('decides', '/v1/runs/asks/approvals/q', { decision: 'approve', data: { upload_ids: ids } });
    for (const ids of [[upload_id], ['nothing']]) {
      const answer = await decide(ids);
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ errors: [{ path: '/data/upload_ids/0' }] });
    }
    const plan = { name: 'p', steps: [{ id: 'a', agent: 'actions', input: { savings: [] } }] };
    const started = { workflow: 'runPlan', input: { plan, input: { upload_ids: [upload_id] } } };
    const refused = await gateway.post('decides', '/v1/runs', started);
    expect(await refused.json()).toMatchObject({ status: 422, errors: [{ path: '/input/input/upload_ids/0' }] });
    const own = (await upload('decides', TRACE)).body.upload_id;
    expect((await decide([own])).status).toBe(200);
    return "Another user's upload is answered with 422, in the same words as one that never was; an own one is taken.";
  },
);

faultTest(
  'a token in the subprotocol opens a WebSocket and nothing else',
  { kind: 19, before: 'Every call over HTTP took its token from the header of subprotocols too.' },
  async () => {
    const protocols = `baton.v1, bearer.${await gateway.token('ann')}`;
    expect(await statusOf('/v1/events', { 'sec-websocket-protocol': protocols })).toBe(401);
    const feed = await gateway.feed('ann');
    await feed.until((frames) => frames.length > 0);
    feed.socket.close();
    return 'It is 401 on plain HTTP, and the feed opens by it as before.';
  },
);

faultTest(
  'a request that names another host is refused, whatever it asks for',
  { kind: 19, before: 'Any Host was served, so that a page whose name resolved to this machine was of its origin.' },
  async () => {
    const port = new URL(gateway.url).port;
    const authorization = `Bearer ${await gateway.token('ann')}`;
    const strangers = ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'baton.example.evil.example'];
    for (const host of strangers) {
      for (const path of ['/', '/healthz', '/metrics', '/v1/events', '/openapi.json', '/nowhere'])
        expect([host, path, await statusOf(path, { host, authorization })]).toEqual([host, path, 403]);
      const url = `${gateway.url.replace('http', 'ws')}/v1/feed`;
      const headers = { host, origin: `http://${host}`, authorization };
      expect(await openSocket(url, ['baton.v1'], { headers }).closed).toEqual({ code: 4403, reason: 'host_refused' });
    }
    const own = ['localhost', `localhost:${port}`, 'LOCALHOST.', '127.0.0.1', `[::1]:${port}`, '192.168.1.7'];
    for (const host of [...own, 'baton.example', 'Other.Example:443'])
      expect([host, await statusOf('/v1/events', { host, authorization })]).toEqual([host, 200]);
    return `Of ${strangers.length} foreign names none is served, on no path; localhost, addresses and the names in BATON_PUBLIC_HOSTS are.`;
  },
);

test('the reference states what an upload and a user may have', async () => {
  const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { description?: string } }>;
  };
  expect(paths['/v1/uploads']?.post?.description).toContain(`${MAX_FILES} files with ${MAX_BYTES} bytes`);
});
