// Agents for tests whose worker is killed; a worker process loads them, so what they do is seen in a folder only.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';

/** A busy machine keeps a living worker from its heartbeat for a second or two. */
const HEARTBEAT_MS = 3_000;

const input = z.object({ folder: z.string(), name: z.string() });

/** What was done so far, oldest first: each call with the key under which the outside world knows it. */
export function deedsIn(folder: string): { what: string; key: string }[] {
  const path = join(folder, 'deeds');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  return lines.map((line) => {
    const [what = '', key = ''] = line.split('\t');
    return { what, key };
  });
}

const note = (folder: string, what: string, key: string) => appendFileSync(join(folder, 'deeds'), `${what}\t${key}\n`);

const file = defineTool({
  name: 'file',
  effect: 'once',
  timeoutMs: 5_000,
  input,
  output: z.object({ folder: z.string() }),
  run({ folder, name }, { idempotencyKey }) {
    note(folder, `do ${name}`, idempotencyKey);
    return { folder };
  },
  /** Takes a while after it is done, so that it can be killed between the deed and its record. */
  async compensate({ folder, name }, _receipt, { idempotencyKey, signal }) {
    note(folder, `undo ${name}`, idempotencyKey);
    await wait(400, undefined, { signal });
  },
});

const clerk = defineAgent({
  name: 'clerk',
  input,
  output: z.object({ folder: z.string() }),
  tools: { file },
  heartbeatTimeoutMs: HEARTBEAT_MS,
  run: (given, { tools }) => tools.file(given),
});

/** Holds the only place there is until it is stopped or its worker dies; `name` "short" gives it back at once. */
const tenant = defineAgent({
  name: 'tenant',
  input,
  output: z.object({}),
  concurrency: { total: 1 },
  heartbeatTimeoutMs: HEARTBEAT_MS,
  async run({ folder, name }, { idempotencyKey, signal }) {
    note(folder, `hold ${name}`, idempotencyKey);
    if (name !== 'short') await wait(60_000, undefined, { signal });
    return {};
  },
});

/** Its process stops, as at SIGSTOP, once it has taken the agent and before anybody hears of it. */
const frozen = defineAgent({
  name: 'frozen',
  input: input.refine(({ folder }) => {
    note(folder, 'freeze', String(process.pid));
    process.kill(process.pid, 'SIGSTOP');
    return true;
  }),
  output: z.object({ folder: z.string() }),
  tools: { file },
  async run(given, { tools }) {
    const answer = tools.file(given);
    await answer.catch(() => undefined);
    note(given.folder, `thawed ${given.name}`, '');
    return answer;
  },
});

export const agents = [clerk, tenant, frozen];
