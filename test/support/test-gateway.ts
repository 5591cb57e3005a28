import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { WebSocket, type ClientOptions } from 'ws';
import { loadConfig } from '../../src/config.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { startGateway, type GatewayOptions } from '../../src/gateway.ts';
import { signToken } from '../../src/gateway/auth/sign-token.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { shared } from './test-run.ts';

export const SECRET = 'a secret of the tests, long enough for HS256';

type Frame = {
  type: string;
  seq?: number;
  event?: { seq: number; type: string; user_id: string } & Record<string, unknown>;
};

/** A WebSocket that keeps what it got, and tells when something came. */
export function openSocket(url: string, protocols: string[] = [], options: ClientOptions = {}) {
  const socket = new WebSocket(url, protocols, options);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Frame);
    for (const check of waiting) check();
  });
  socket.on('close', (code, reason) => closed.resolve({ code, reason: reason.toString() }));
  socket.on('error', () => undefined);

  /** Resolves once the frames so far satisfy; rejects where the socket closed before. */
  function until(satisfied: (frames: Frame[]) => boolean): Promise<Frame[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame[]>();
    function check() {
      if (!satisfied(frames)) return;
      waiting.delete(check);
      resolve(frames);
    }
    waiting.add(check);
    check();
    void closed.promise.then(({ code, reason }) =>
      reject(new Error(`the socket closed with ${code} ${reason} after ${frames.length} frames, and never satisfied`)),
    );
    return promise;
  }

  return { socket, frames, until, closed: closed.promise, events: () => frames.flatMap(({ event }) => event ?? []) };
}

/** A gateway on a port and a data folder of its own, with its log, against the shared Temporal server. */
export async function startTestGateway(options: Partial<GatewayOptions> & { env?: Record<string, string> } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'baton-gateway-'));
  const env = { BATON_DATA_DIR: dataDir, BATON_JWT_SECRET: SECRET, BATON_HTTP_PORT: '0', ...options.env };
  const config = loadConfig(env);
  const store = await openStore({ url: config.storeUrl });
  const { log } = store;
  const { address, namespace } = shared();
  const taskQueue = `test-${randomUUID()}`;
  const logger = pino({ level: 'silent' });
  const settings = { config, log, address, namespace, taskQueue, logger, ...options };
  let gateway = await startGateway(settings);
  const { url } = gateway;
  const port = Number(new URL(url).port);
  const token = (user: string, ttlMs?: number) => signToken({ user, ttlMs, jwt: config.jwt });

  async function call(user: string, path: string, init: RequestInit = {}) {
    const headers = { authorization: `Bearer ${await token(user)}`, ...(init.headers as Record<string, string>) };
    return fetch(`${url}${path}`, { ...init, headers });
  }

  return {
    url,
    log,
    dataDir,
    config,
    taskQueue,
    token,
    call,
    post: (user: string, path: string, body: unknown) =>
      call(user, path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    async feed(user: string, query = '') {
      return openSocket(`${url.replace('http', 'ws')}/v1/feed${query}`, ['baton.v1', `bearer.${await token(user)}`]);
    },
    /** Says goodbye to everybody and is gone until it is started again, at the same address. */
    close: () => gateway.close(),
    async startAgain() {
      gateway = await startGateway({ ...settings, config: { ...config, http: { ...config.http, port } } });
    },
    async stop() {
      await gateway.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A thought of a run, as its agent would publish it. */
export function thought(userId: string, n: number, { runId = 'r1', text = 'thinking' } = {}): NewEvent {
  return {
    schema_version: 1,
    id: `${userId}:${runId}:${n}`,
    type: 'agent_thinking',
    at: new Date(1_764_000_000_000 + n).toISOString(),
    user_id: userId,
    thread_id: 't1',
    run_id: runId,
    request_id: 'q1',
    workflow_id: `costOptimization/${userId}/${runId}`,
    agent: 'triage',
    agent_run: 'triage-1',
    step: null,
    of: null,
    parent: null,
    generation: 0,
    attempt: 1,
    exec: 'triage.1.1764000000000',
    final: false,
    payload: { reasoning: text, step_number: n, progress_percentage: 10 },
  };
}
