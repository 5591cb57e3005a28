import type { Findings } from './findings.ts';
import type { Window } from './losses.ts';
import { AGENT_ENDS, heardOf, RUN_ENDS, type KnownRun, type LoggedEvent, type World } from './world.ts';

type Order = { scheduled: number; attempt: number };

/** Which attempt speaks; undefined where the workflow or somebody outside does. */
function orderOf({ exec }: LoggedEvent): Order | undefined {
  const [, attempt, scheduled] = /\.(\d+)\.(\d+)$/.exec(exec) ?? [];
  return scheduled === undefined ? undefined : { scheduled: Number(scheduled), attempt: Number(attempt) };
}

const later = (a: Order, b: Order) => a.scheduled - b.scheduled || a.attempt - b.attempt;

/** What counts of an agent: its last attempt in its last generation, and what was decided above it. */
function counting(events: LoggedEvent[]) {
  const generation = Math.max(...events.map((event) => event.generation));
  const own = events.filter((event) => event.generation === generation);
  const attempts = own.flatMap((event) => orderOf(event) ?? []).toSorted(later);
  const last = attempts.at(-1);
  const isLast = (event: LoggedEvent) => {
    const order = orderOf(event);
    return order !== undefined && last !== undefined && later(order, last) === 0;
  };
  const ends = own.filter(({ type }) => AGENT_ENDS.includes(type));
  return {
    attempt: own.filter(isLast),
    claims: ends.filter((event) => isLast(event) && !event.final),
    verdicts: ends.filter(({ final }) => final),
  };
}

/** Agents that think as their input says. */
const THINKERS = ['walker', 'stumbler', 'buyer', 'blind_buyer', 'reserver'];

function checkAttempt(name: string, { planned, logLoss }: KnownRun, attempt: LoggedEvent[], findings: Findings) {
  const fault = (_column: 'lost', words: string) =>
    logLoss ? findings.allowed('lost', `${words} (${logLoss.fault})`) : findings.fault('lost', words);
  const told = attempt.filter(({ type }) => type === 'agent_thinking').map(({ payload }) => payload.step_number);
  const agent = attempt[0]?.agent ?? '';
  const missing = Array.from({ length: planned.thoughts }, (_, n) => n + 1).filter((n) => !told.includes(n));
  if (THINKERS.includes(agent) && missing.length > 0)
    fault('lost', `${name} completed without its thoughts ${missing.join()}`);
  const calls = (type: string) => attempt.filter((event) => event.type === type).map(({ payload }) => payload.call_id);
  const ended = calls('tool_completed');
  const open = calls('tool_executing').filter((call) => !ended.includes(call));
  if (open.length > 0) fault('lost', `${name} completed, and its calls ${open.join()} have no end`);
  if (!attempt.some(({ type }) => type === 'agent_started')) fault('lost', `${name} completed and never started`);
}

/** The loss of the log that had all of an agent, before its run had ended there: nobody knew of the agent when it did. */
function forgottenBy(run: KnownRun, events: LoggedEvent[], { losses }: World): Window | undefined {
  const own = run.lost.filter((event) => events.includes(event));
  const last = Math.max(...own.map(({ log }) => log));
  const hasEnded = run.lost.some(({ type, log }) => RUN_ENDS.includes(type) && log <= last);
  return own.length < events.length || hasEnded ? undefined : losses.ofLog[last];
}

/** Each agent that was heard of has one end, and one that completed said all that it had to say. */
export function checkAgents(world: World, findings: Findings): void {
  const { runs } = world;
  let agents = 0;
  for (const run of runs) {
    const spoken = heardOf(run).filter(({ agent_run }) => agent_run !== null);
    const isLost = new Set<LoggedEvent>(run.lost);
    for (const [agentRun, events] of Map.groupBy(spoken, (event) => event.agent_run as string)) {
      agents += 1;
      const name = `${run.planned.user} ${run.planned.run} ${agentRun}`;
      const { attempt, claims, verdicts } = counting(events);
      const words = [...claims, ...verdicts].map(({ type, seq }) => `${type} (${seq})`).join(', ');
      const loss = claims.length + verdicts.length === 0 ? forgottenBy(run, events, world) : undefined;
      if (loss) findings.allowed('lost', `${name} has no end (${loss.fault})`);
      else if (claims.length + verdicts.length === 0) findings.fault('agentEnds', `${name} has no end`);
      const kept = (ends: LoggedEvent[]) => ends.filter((end) => !isLost.has(end)).length;
      if (kept(claims) > 1 || kept(verdicts) > 1) findings.fault('agentEnds', `${name} ends more than once: ${words}`);
      if (claims.length === 1 && claims[0]?.type === 'agent_completed') checkAttempt(name, run, attempt, findings);
    }
  }
  findings.figure('agents', agents);
}
