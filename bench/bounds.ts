// What heavy requests of one user cost the others: `npm run bench:bounds [-- --short]`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../src/config.ts';
import type { NewEvent } from '../src/contracts/event.ts';
import { signToken } from '../src/gateway/auth/sign-token.ts';
import { openStore } from '../src/notifier/open-store.ts';
import { heavyRequests } from './bounds/requests.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { startBenchServer } from './lib/start-bench-server.ts';
import { quantile } from './lib/statistics.ts';

const short = process.argv.includes('--short');
const THOUGHTS = 20_000;
const AT_ONCE = 20;
const ROUNDS = short ? 1 : 5;
const GETS = short ? 10 : 50;
const GOALS = { get: 50, healthz: 100 };
const print = (line: string) => void process.stdout.write(`${line}\n`);
const row = (cells: string[]) =>
  print(cells.map((cell, n) => (n === 0 ? cell.padEnd(28) : cell.padStart(12))).join(''));

const server = await startBenchServer();
const env = {
  BATON_DATA_DIR: server.dataDir,
  BATON_JWT_SECRET: 'a secret of the benchmarks, long enough for HS256',
  BATON_HTTP_PORT: '0',
  BATON_ADHOC_PLANS: '1',
};
const child = fork(fileURLToPath(new URL('./bounds/gateway-process.ts', import.meta.url)), [server.address], {
  env: { ...process.env, ...env },
  execArgv: ['--no-warnings'],
});
try {
  const [url] = (await once(child, 'message')) as [string];
  const { jwt } = loadConfig(env);
  const headers = {
    authorization: `Bearer ${await signToken({ user: 'heavy', jwt })}`,
    'content-type': 'application/json',
  };

  /** Milliseconds, status and bytes of one call. */
  async function call(path: string, text?: string) {
    const began = performance.now();
    const answer = await fetch(`${url}${path}`, { headers, method: text ? 'POST' : 'GET', body: text });
    const bytes = (await answer.arrayBuffer()).byteLength;
    return { ms: performance.now() - began, status: answer.status, bytes };
  }

  const started = await fetch(`${url}/v1/runs`, {
    headers,
    method: 'POST',
    body: JSON.stringify({ workflow: 'costOptimization', input: { request: 'save' } }),
  });
  const { run_id, workflow_id } = (await started.json()) as { run_id: string; workflow_id: string };
  const store = await openStore({ url: `sqlite:${join(server.dataDir, 'events.sqlite')}` });
  for (let from = 0; from < THOUGHTS; from += 1_000) {
    const thoughts = Array.from({ length: 1_000 }, (_, n) => thought(from + n, { run_id, workflow_id }));
    await store.log.append(thoughts);
  }
  await store.close();

  print(`${THOUGHTS} thoughts in the run, SQLite; ${describeMachine()}, load ${loadavg()[0]}`);
  const gets: Awaited<ReturnType<typeof call>>[] = [];
  for (let n = 0; n < GETS; n += 1) gets.push(await call(`/v1/runs/${run_id}`));
  const [times, bytes] = [gets.map(({ ms }) => ms), gets[0]?.bytes ?? 0];
  print(`GET /v1/runs/ID: first ${times[0]?.toFixed(1)} ms, p50 ${quantile(times, 0.5).toFixed(1)} ms, ${bytes} bytes`);

  print(`/healthz while each request is sent ${AT_ONCE} at a time, ${ROUNDS} times`);
  row(['request', 'status', 'its p50 ms', 'bytes', 'healthz p50', 'healthz max']);
  for (const { name, path, body } of heavyRequests(run_id)) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const health: number[] = [];
    let going = true;
    const watching = (async () => {
      while (going) {
        const began = performance.now();
        await (await fetch(`${url}/healthz`)).arrayBuffer();
        health.push(performance.now() - began);
        await sleep(5);
      }
    })();
    const answers: Awaited<ReturnType<typeof call>>[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      answers.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => call(path, text)))));
    going = false;
    await watching;
    const [first] = answers;
    const took = quantile(
      answers.map(({ ms }) => ms),
      0.5,
    );
    const figures = [took, first?.bytes ?? 0, quantile(health, 0.5), Math.max(...health)];
    row([name, String(first?.status), ...figures.map((figure) => figure.toFixed(0))]);
  }
  print(`goals: GET ${GOALS.get} ms, healthz ${GOALS.healthz} ms`);
} finally {
  child.disconnect();
  await server.stop();
}

function thought(n: number, run: { run_id: string; workflow_id: string }): NewEvent {
  return {
    schema_version: 1,
    id: `${run.run_id}:${n}`,
    type: 'agent_thinking',
    at: new Date().toISOString(),
    user_id: 'heavy',
    thread_id: run.run_id,
    request_id: run.run_id,
    ...run,
    agent: 'triage',
    agent_run: 'triage-1',
    step: null,
    of: null,
    parent: null,
    generation: 0,
    attempt: 1,
    exec: 'triage.1.1764000000000',
    final: false,
    payload: { reasoning: `thought ${n} `.repeat(60), step_number: n + 1, progress_percentage: 10 },
  };
}
