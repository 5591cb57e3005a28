import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Work } from './child.ts';
import type { Settings } from './systems/system.ts';

const SCRIPT = fileURLToPath(new URL('./child.ts', import.meta.url));

type Answer = { id: number; value?: unknown; error?: string };
type Remote = { [Name in keyof Work]: (...args: Parameters<Work[Name]>) => ReturnType<Work[Name]> };

/** Starts one process of a measurement. What it is asked fails when the process ends. */
export function startChild(settings: Settings) {
  const execArgv = ['--no-warnings', '--expose-gc'];
  const child = fork(SCRIPT, [JSON.stringify(settings)], { execArgv, serialization: 'advanced' });
  const exited = once(child, 'exit');
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;

  child.on('message', (message) => {
    const { id, value, error } = message as Answer;
    if (error === undefined) asked.get(id)?.resolve(value);
    else asked.get(id)?.reject(new Error(`${settings.system}: ${error}`));
    asked.delete(id);
  });
  child.on('exit', () => asked.forEach(({ reject }) => reject(new Error(`a process of ${settings.system} ended`))));

  async function ask(name: keyof Work, args: unknown[]): Promise<unknown> {
    if (!child.connected) throw new Error(`a process of ${settings.system} has ended`);
    const answer = Promise.withResolvers<unknown>();
    last += 1;
    asked.set(last, answer);
    child.send({ id: last, name, args });
    return answer.promise;
  }

  const remote = Object.fromEntries(
    (['serve', 'cpu', 'memory', 'publish', 'connect', 'seen', 'received'] satisfies (keyof Work)[]).map((name) => [
      name,
      (...args: unknown[]) => ask(name, args),
    ]),
  );
  return {
    ...(remote as Remote),
    /** `kill -9`. */
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export type Child = ReturnType<typeof startChild>;
