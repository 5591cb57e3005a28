import { setTimeout as wait } from 'node:timers/promises';
import type { OwnProcess } from '../processes/process.ts';
import type { Stage } from '../processes/stage.ts';
import type { FaultLine } from '../records/lines.ts';
import type { Fault, PlannedFault } from './plan-faults.ts';

/** Longest time that a role may take to end at SIGTERM, in milliseconds: ten seconds for its agents, and some to close. */
const TERM_LIMIT_MS = 20_000;

type Injection = (planned: PlannedFault) => Promise<string | void>;
export type World = { stage: Stage; note: (line: Omit<FaultLine, 'at'>) => void };

/** How each fault is done. Resolves once it is over and what it broke was started again. */
export function injections({ stage, note }: World): Partial<Record<Fault, Injection>> {
  const one = (which: number) => stage.workers[Math.floor(which * stage.workers.length)] as OwnProcess;

  async function end(target: OwnProcess, signal: NodeJS.Signals, { n, fault, ms }: PlannedFault) {
    const { code, late } = await target.end(signal, TERM_LIMIT_MS);
    if (late)
      note({ n, fault, phase: 'note', note: `${target.name} did not end within ${TERM_LIMIT_MS} ms of SIGTERM` });
    await wait(ms);
    await target.start();
    return `${target.name} ended with ${code}`;
  }

  async function freeze(target: { name: string; freeze(): void; thaw(): void }, { ms }: PlannedFault) {
    target.freeze();
    await wait(ms);
    target.thaw();
    return target.name;
  }

  const { dev, gateway, temporal, embedded } = stage;
  return {
    ...(gateway && {
      'kill:worker': (planned) => end(one(planned.which), 'SIGKILL', planned),
      'term:worker': (planned) => end(one(planned.which), 'SIGTERM', planned),
      'stop:worker': (planned) => freeze(one(planned.which), planned),
      'kill:gateway': (planned) => end(gateway, 'SIGKILL', planned),
      'term:gateway': (planned) => end(gateway, 'SIGTERM', planned),
      'stop:gateway': (planned) => freeze(gateway, planned),
    }),
    ...(temporal && {
      'kill:temporal': (planned) => end(temporal, 'SIGKILL', planned),
      'term:temporal': (planned) => end(temporal, 'SIGTERM', planned),
      'stop:temporal': (planned) => freeze(temporal, planned),
    }),
    ...(dev && {
      'kill:dev': (planned) => end(dev, 'SIGKILL', planned),
      'term:dev': (planned) => end(dev, 'SIGTERM', planned),
      'stop:dev': (planned) => freeze(dev, planned),
    }),
    ...(embedded && {
      'stop:temporal': (planned) => freeze(embedded, planned),
      async 'kill:temporal'() {
        embedded.kill('SIGKILL');
        // It is for `baton dev` to bring it back, or to end with a word.
        return 'the embedded server was killed';
      },
    }),
    async 'kill:all'({ ms }) {
      const all = [...stage.roles, ...(temporal ? [temporal] : [])];
      embedded?.kill('SIGKILL');
      await Promise.all(all.map((each) => each.end('SIGKILL')));
      await wait(ms);
      await stage.start();
    },
  };
}
