import type { Mutation } from './mutation-bench.ts';

/** A change as somebody might make it, and what it is. */
export type NamedMutation = Mutation & { name: string };

const replace = (from: string, to: string) => (source: string) => source.replace(from, to);

/** Deliberate changes of the workflows. docs/replay.md tells which check finds each, or that it is harmless. */
export const MUTATIONS: NamedMutation[] = [
  {
    name: 'two agents change places',
    file: 'cost-optimization.ts',
    change: (source) =>
      source
        .replace("agent('triage'", "agent('SWAP'")
        .replace("agent('data_helper'", "agent('triage'")
        .replace("agent('SWAP'", "agent('data_helper'"),
  },
  {
    name: 'one agent more',
    file: 'cost-optimization.ts',
    change: replace('const actions = await', "await agent('triage', {}); const actions = await"),
  },
  {
    name: 'one agent less',
    file: 'cost-optimization.ts',
    change: (source) =>
      source.replace(/const actions = await agent\([^;]*;/, 'const actions = { result: { assumptions: [] } };'),
  },
  {
    name: 'a branch is gone: what to do without usage rows',
    file: 'cost-optimization.ts',
    change: replace("triaged.data_sufficiency === 'insufficient'", 'false'),
  },
  {
    name: 'a pause holds nothing up any more',
    file: 'open-run.ts',
    change: replace('held: gate.held', 'held: undefined'),
  },
  {
    name: 'a timer before the second agent',
    file: 'cost-optimization.ts',
    change: (source) =>
      source
        .replace('import ', "import { sleep } from '@temporalio/workflow'; import ")
        .replace('const { model, provider', 'await sleep(1_000); const { model, provider'),
  },
  {
    name: 'a compensation is forgotten',
    file: 'run-plan.ts',
    change: replace('run.compensate(entry);', ''),
  },
  {
    name: 'compensations run first to last',
    file: 'compensations.ts',
    change: replace('undos.pop()', 'undos.shift()'),
  },
  {
    name: 'what tools did is no longer undone',
    file: 'undo-effects.ts',
    change: replace('await activities[UNDO_ACTIVITY](call)', '{ failed: [] as UndoReturn["failed"] }'),
  },
  {
    name: 'a saga takes nothing back',
    file: 'workflow.ts',
    change: replace('await undo(before);', ''),
  },
  {
    name: 'an own workflow calls one agent more before its question',
    file: 'own.ts',
    change: replace('const { decision } = await ask', 'await echo({ sku }); const { decision } = await ask'),
  },
  {
    name: 'an own workflow calls one agent more between two',
    file: 'own.ts',
    change: replace('return payer({ booked', 'await guest({ n: 0 }); return payer({ booked'),
  },
  {
    name: 'an own workflow calls an agent less',
    file: 'own.ts',
    change: replace('const booked = await booker({ sku });', 'const booked = {};'),
  },
  {
    name: "an own workflow's agent has another name",
    file: 'own.ts',
    change: replace('const booked = await booker({', 'const booked = await guest({'),
  },
  {
    name: 'an own workflow asks no more',
    file: 'own.ts',
    change: (source) => source.replace(/const \{ decision \} = await ask\([^;]*;/, "const decision = 'yes';"),
  },
  {
    name: "an own workflow's question has another id",
    file: 'own.ts',
    change: replace("id: 'price'", "id: 'cost'"),
  },
  {
    name: 'a failure that nobody waits for is forgotten',
    file: 'own-code.ts',
    change: replace('if (found) end(found.error);', ''),
  },
  {
    name: 'a run that is out of time goes on',
    file: 'limit-time.ts',
    change: replace('scope.cancel();', 'return;'),
  },
  {
    name: 'an answer counts without being claimed',
    file: 'approvals.ts',
    change: replace('settle(await claim({ ...asked.answer, user_id: userId }))', 'settle(asked.answer)'),
  },
  {
    name: "a run's end is published inside of its last task",
    file: 'finish-run.ts',
    change: replace(
      'if (events.engine === 1) await events.publish();',
      'if (events.engine > 0) await events.publish();',
    ),
  },
  {
    name: 'messages are published inside of their task',
    file: 'run-events.ts',
    change: replace('engine === 1 ? publishEvents', 'engine > 0 ? publishEvents'),
  },
  {
    name: 'events that nobody takes along wait for the next agent',
    file: 'run-events.ts',
    change: replace('    publishAfterTurn();\n', ''),
  },
  {
    name: "an agent's questions have other ids",
    file: 'answer-agent.ts',
    change: replace('`${agent_run}.${asked}`', '`${agent_run}-${asked}`'),
  },
  {
    name: 'every `agent_run` has another name',
    file: 'agent-calls.ts',
    change: replace('`${name}-${occurrence}`', '`${name}.${occurrence}`'),
  },
  {
    name: "the run's summary has other words",
    file: 'cost-optimization.ts',
    change: replace('Saves ${percent', 'It saves ${percent'),
  },
  {
    name: 'a skipped step is not told',
    file: 'run-plan.ts',
    change: replace('    tellSkipped(step, reason);\n', ''),
  },
  {
    name: 'an agent that its user stopped is not told',
    file: 'answer-agent.ts',
    change: replace('ended.tellEnd();', ''),
  },
  {
    name: 'planned agents are listed in another order',
    file: 'open-run.ts',
    change: replace('agents: [...planned]', 'agents: [...planned].reverse()'),
  },
  {
    name: 'agents get 5 s more',
    file: 'agent-activity-options.ts',
    change: replace('startToCloseTimeout: limits.timeout_ms', 'startToCloseTimeout: limits.timeout_ms + 5_000'),
  },
  {
    name: 'waits between attempts grow twice as far',
    file: 'agent-activity-options.ts',
    change: replace('maximumInterval: limits.max_interval_ms', 'maximumInterval: 2 * limits.max_interval_ms'),
  },
  {
    name: 'the clock is read: a run gives up after triage of an hour',
    file: 'cost-optimization.ts',
    change: (source) =>
      source
        .replace('const triage = await', 'const begun = Date.now(); const triage = await')
        .replace('if (!triage.result)', 'if (!triage.result || Date.now() - begun > 3_600_000)'),
  },
];
