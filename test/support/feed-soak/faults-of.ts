import { isDeepStrictEqual } from 'node:util';
import type { BatonEvent } from '../../../src/contracts/event.ts';
import { RUN_END_TYPES } from '../../../src/contracts/names.ts';
import type { PlanResult } from '../../../src/contracts/plan.ts';
import type { RunOutcome } from '../../../src/contracts/run.ts';
import type { FoldedAgent, FoldedFeed } from '../../../src/feed/folded.ts';
import { soakPlan, THOUGHTS, thoughtOf } from './soak-app.ts';

/** Each fault in words. */
export type Faults = Record<'lost' | 'doubled' | 'outOfOrder' | 'foreign' | 'wrongEnds', string[]>;

type Seen = { user: string; seen: BatonEvent[]; folded: FoldedFeed };
type Truth = { log: BatonEvent[]; outcomes: Map<string, RunOutcome<PlanResult>> };

const nameOf = ({ user_id, run_id, seq, type }: BatonEvent) => `${user_id} ${run_id} ${seq} ${type}`;

function doublesOf(events: BatonEvent[]): string[] {
  const ids = new Set<string>();
  return events.filter(({ id }) => ids.size === ids.add(id).size).map(nameOf);
}

function isForeign(user: string, { user_id, type, payload }: BatonEvent): boolean {
  return user_id !== user || (type === 'agent_thinking' && !payload.reasoning.endsWith(` for ${user}`));
}

function agentFaults(user: string, agent: FoldedAgent, isSuccess: boolean): string[] {
  if (!isSuccess) return ['failed', 'dead', 'cancelled'].includes(agent.state) ? [] : [`is shown ${agent.state}`];
  const thoughts = Array.from({ length: THOUGHTS }, (_, n) => thoughtOf(user, n + 1));
  const told = agent.thoughts.map(({ reasoning }) => reasoning);
  return [
    ...(agent.state === 'completed' ? [] : [`completed and is shown ${agent.state}`]),
    ...(isDeepStrictEqual(told, thoughts) ? [] : [`thought 1-${THOUGHTS} and shows ${told.join()}`]),
    ...(isDeepStrictEqual(
      agent.tools.map(({ state }) => state),
      ['completed'],
    )
      ? []
      : [`called once and shows ${JSON.stringify(agent.tools)}`]),
  ];
}

/** Runs whose shown end is not what became of them, one end for the run and for each agent. */
function wrongEnds({ user, seen, folded }: Seen, { outcomes }: Truth): string[] {
  return [...outcomes].flatMap(([runId, { status, result }]) => {
    const ends = seen.filter(
      ({ run_id, type }) => run_id === runId && (RUN_END_TYPES as readonly string[]).includes(type),
    );
    const run = folded.runs.find(({ run_id }) => run_id === runId);
    const own = [
      ...(ends.length === 1 ? [] : [`has ${ends.length} ends`]),
      ...(run?.status === status ? [] : [`is ${status} and is shown ${run?.status}`]),
      ...(run?.agents.length === soakPlan.steps.length ? [] : [`shows ${run?.agents.length} agents`]),
    ];
    const ofAgents = (run?.agents ?? []).flatMap((agent) => {
      const step = result?.steps.find(({ id }) => id === agent.step);
      return agentFaults(user, agent, step?.status === 'completed').map((fault) => `${agent.step} ${fault}`);
    });
    return [...own, ...ofAgents].map((fault) => `${user} ${runId} ${fault}`);
  });
}

/** What a client saw, held against the log and against what became of the runs. */
export function faultsOf(client: Seen, truth: Truth): Faults {
  const { user, seen } = client;
  const ids = new Set(seen.map(({ id }) => id));
  const holes = truth.log.filter(({ seq }, n) => seq !== n + 1);
  return {
    lost: [
      ...truth.log.filter(({ id }) => !ids.has(id)).map(nameOf),
      ...holes.map((e) => `a hole before ${nameOf(e)}`),
    ],
    doubled: [...doublesOf(seen), ...doublesOf(truth.log)],
    outOfOrder: seen.filter(({ seq }, n) => n > 0 && seq <= (seen[n - 1]?.seq ?? 0)).map(nameOf),
    foreign: seen.filter((event) => isForeign(user, event) || !truth.outcomes.has(event.run_id)).map(nameOf),
    wrongEnds: wrongEnds(client, truth),
  };
}
