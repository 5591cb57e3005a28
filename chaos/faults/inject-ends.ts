import { setTimeout as wait } from 'node:timers/promises';
import type { OwnProcess } from '../processes/process.ts';
import type { PlannedFault } from './plan-faults.ts';
import type { Injections, World } from './world.ts';

/** Longest time that a role may take to end at SIGTERM, in milliseconds: ten seconds for its agents, and some to close. */
const TERM_LIMIT_MS = 20_000;
/** How long `baton dev` may take to bring its server back, or to end with a word, in milliseconds. */
const BACK_LIMIT_MS = 45_000;

/** Processes that are killed, told to end, and frozen. */
export function injectEnds({ stage, note }: World): Injections {
  const { dev, gateway, temporal, embedded, redis } = stage;
  const worker = ({ which }: PlannedFault) => stage.workers[Math.floor(which * stage.workers.length)] as OwnProcess;

  async function end(target: OwnProcess, signal: NodeJS.Signals, { n, fault, ms }: PlannedFault) {
    const { code, late } = await target.end(signal, TERM_LIMIT_MS);
    if (late)
      note({ n, fault, phase: 'note', note: `${target.name} did not end within ${TERM_LIMIT_MS} ms of SIGTERM` });
    await wait(ms);
    await stage.keepUp(target);
    return `${target.name} ended with ${code}`;
  }

  async function freeze(target: { name: string; freeze(): void; thaw(): void }, { ms }: PlannedFault) {
    target.freeze();
    await wait(ms);
    target.thaw();
    return target.name;
  }

  /** It is for `baton dev` to bring its server back, or to end so that whoever looks after it starts both. */
  async function killEmbedded({ n, fault }: PlannedFault) {
    const before = embedded?.pid();
    embedded?.kill('SIGKILL');
    const giveUpAt = performance.now() + BACK_LIMIT_MS;
    const isBack = async () => embedded?.pid() !== before && embedded?.isAlive() && (await stage.isReadyToServe());
    while (!(await isBack())) {
      if (performance.now() > giveUpAt) {
        note({ n, fault, phase: 'note', note: `baton dev did not end, and did not bring its server back` });
        await dev?.end('SIGKILL');
        await stage.startRoles();
        break;
      }
      await wait(200);
    }
    return `server ${before} was killed, now it is ${embedded?.pid()}`;
  }

  async function killAll({ ms }: PlannedFault) {
    embedded?.kill('SIGKILL');
    const servers = [...(temporal ? [temporal] : []), ...(redis ? redis.nodes : [])];
    await Promise.all([stage.killRoles(), ...servers.map((each) => each.end('SIGKILL'))]);
    await wait(ms);
    await Promise.all(servers.map((each) => each.start()));
    await redis?.settle();
    await stage.startRoles();
  }

  /** The master is away for a while; sentinels may choose the other one meanwhile. */
  async function endMaster(signal: NodeJS.Signals, planned: PlannedFault) {
    const target = redis?.master() as OwnProcess;
    const said = await end(target, signal, planned);
    await redis?.settle();
    return said;
  }

  return {
    ...(gateway && {
      'kill:worker': (planned) => end(worker(planned), 'SIGKILL', planned),
      'term:worker': (planned) => end(worker(planned), 'SIGTERM', planned),
      'stop:worker': (planned) => freeze(worker(planned), planned),
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
      'kill:temporal': killEmbedded,
      'stop:temporal': (planned) => freeze(embedded, planned),
    }),
    ...(redis && {
      'kill:redis': (planned) => endMaster('SIGKILL', planned),
      'term:redis': (planned) => endMaster('SIGTERM', planned),
      async 'stop:redis'(planned) {
        const said = await freeze(redis.master(), planned);
        await redis.settle();
        return said;
      },
    }),
    'kill:all': killAll,
  };
}
