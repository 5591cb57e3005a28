// Runs inside the workflow sandbox.
import { patched, proxyLocalActivities } from '@temporalio/workflow';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { LIMITS_ACTIVITY, LIMITS_PATCH } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';

type Reader = { [LIMITS_ACTIVITY](agent: string): Promise<AgentLimits | null> };

/** Nothing is waited for: the worker has the agent in memory. An attempt is lost only with its worker. */
const OPTIONS = { startToCloseTimeout: 10_000, retry: { maximumAttempts: 10 } };

/** What the client asked for of all of a user's agents, which a local agent does not wait for. */
function forUser({ limits }: Pick<RunStart, 'limits'>, own: AgentLimits): Partial<AgentLimits> {
  const limit_user = Object.values(limits).find((each) => each.limit_user !== undefined)?.limit_user;
  return own.local || limit_user === undefined ? {} : { limit_user, waits: true };
}

/**
 * Reads the limits of agents that the run's input lacks, because a client or gateway that is older than the worker started
 * it. They are asked of the worker once, in this very task, recorded in the history, and put into `start`, which also goes
 * to the next part of a run that continues as new.
 *
 * Guarded by a mark of its own and not by `engineVersion`: a run that began under an older worker meets this as well.
 */
export function createLimitsReader(start: Pick<RunStart, 'limits'>) {
  const reading = new Map<string, Promise<void>>();

  async function read(agent: string) {
    const own = await proxyLocalActivities<Reader>(OPTIONS)[LIMITS_ACTIVITY](agent);
    if (own) start.limits[agent] = { ...own, ...forUser(start, own) };
  }

  /** Undefined where there is nothing to wait for. */
  return function readLimits(agent: string): Promise<void> | undefined {
    if (Object.hasOwn(start.limits, agent) || !patched(LIMITS_PATCH)) return undefined;
    const known = reading.get(agent) ?? read(agent);
    reading.set(agent, known);
    return known;
  };
}
