// A process that runs isolated agents and is killed by a test: prints the process of an idle and of a busy child.
import { createIsolatePool } from '../../src/isolate/isolate-pool.ts';
import type { AgentContext } from '../../src/agents/define-agent.ts';
import { pidTeller, spinner } from './isolated-agents.ts';

const pool = createIsolatePool();
const said = Promise.withResolvers<string>();
const ctx = { signal: new AbortController().signal, think: said.resolve } as unknown as AgentContext;

const idle = (await pool.run(pidTeller, {}, ctx)) as { pid: number };
void pool.run(spinner, { ms: 60_000 }, ctx);
process.stdout.write(`${JSON.stringify([idle.pid, Number(await said.promise)])}\n`);
