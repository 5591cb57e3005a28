import type { Logger } from '../agents/define-agent.ts';
import type { AgentCall } from '../contracts/agent-call.ts';
import type { Leases, Pool } from '../notifier/leases.ts';
import { NotYet } from './not-yet.ts';
import type { Patience } from './patience.ts';

/** First and longest wait for a place, in milliseconds. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

export type Place = { renew(): void; release(): Promise<void> };

type Options = {
  leases: Leases | undefined;
  agent: string;
  call: AgentCall;
  /** The agent's execution; its next attempt takes the place over. */
  holder: string;
  exec: string;
  ttlMs: number;
  /** How often it was refused before. */
  waits: number;
  patience: Patience;
  log: Logger;
};

function poolsOf({ agent, call: { context, limits } }: Options): Pool[] {
  const { limit_per_user, limit_total, limit_user } = limits;
  const pools: [string, number | undefined][] = [
    [`user/${context.user_id}`, limit_user],
    [`agent/${agent}/${context.user_id}`, limit_per_user],
    [`agent/${agent}`, limit_total],
  ];
  return pools.flatMap(([name, limit]) => (limit === undefined ? [] : { name, limit }));
}

/** Spread, so that agents that were refused together do not come back together. */
function waitMs(waits: number): number {
  const grown = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(waits, 10));
  return Math.round(grown * (0.6 + 0.4 * Math.random()));
}

/**
 * Takes the agent's place in every pool it is limited by, all at once or none. Undefined where nothing limits it.
 *
 * @throws NotYet where a pool is full: the attempt ends, so that no slot of a worker is held while waiting; or where the
 *   store of the limits is down
 */
export async function takePlace(options: Options): Promise<Place | undefined> {
  const { leases, agent, holder, exec, ttlMs, waits, patience, log } = options;
  const pools = poolsOf(options);
  if (pools.length === 0) return undefined;
  if (!leases) throw new TypeError(`agent ${agent} has a limit of concurrency: give its worker \`leases\``);
  const acquire = () => leases.acquire({ holder, exec, pools, ttlMs });
  const { granted, full } = await patience.ask('the limits of concurrency', acquire);
  if (!granted) throw new NotYet(`agent ${agent} waits: ${full} is full`, { delayMs: waitMs(waits), queued: true });
  const warn = (error: unknown) => log.warn('a place was not renewed or released', { holder, error: String(error) });
  return {
    // A place that was lost meanwhile is not taken back: the agent is at work and cannot be made to wait any more.
    renew: () => void leases.renew({ holder, exec, pools, ttlMs }).catch(warn),
    release: () => leases.release({ holder, exec, pools }).catch(warn),
  };
}
