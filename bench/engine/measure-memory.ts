import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { executeRuns } from './execute-runs.ts';

export type Memory = { rssMb: number; heapMb: number };

/** The next message of a process that must not end before. */
async function answer(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const ended = once(child, 'exit', { signal: gone.signal }).then(
    ([code]) => Promise.reject(new Error(`the worker's process ended with ${String(code)}`)),
    () => undefined,
  );
  try {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
    return message;
  } finally {
    gone.abort();
  }
}

/** Memory of a worker's process after each of these numbers of runs, garbage collected. */
export async function measureMemory(
  after: readonly number[],
  { address, url, concurrent }: { address: string; url: string; concurrent: number },
): Promise<Memory[]> {
  const module = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
  const child = fork(module, [address, url], { execArgv: ['--expose-gc', '--no-warnings'] });
  await answer(child);
  const connection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection });
  const measured: Memory[] = [];
  let done = 0;
  for (const count of after) {
    await executeRuns(client, { kind: 'baton', runs: count - done, concurrent });
    done = count;
    child.send('measure');
    measured.push((await answer(child)) as Memory);
  }
  await connection.close();
  const exited = once(child, 'exit');
  child.send('stop');
  await exited;
  return measured;
}
