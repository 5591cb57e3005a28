import { costScenarios } from './scenarios/cost-scenarios.ts';
import { localScenarios } from './scenarios/local-scenarios.ts';
import { largeScenarios, ownScenarios } from './scenarios/own-scenarios.ts';
import { planScenarios } from './scenarios/plan-scenarios.ts';
import { questionScenarios } from './scenarios/question-scenarios.ts';
import { undoScenarios } from './scenarios/undo-scenarios.ts';

const scenarios = [
  ...costScenarios,
  ...planScenarios,
  ...localScenarios,
  ...undoScenarios,
  ...questionScenarios,
  ...ownScenarios,
];

/** Paths that go another way under version 2 of the orchestration; the histories without its number pin version 1. */
const RECORDED_AGAIN: readonly string[] = [
  'agent-asked',
  'agent-completed',
  'agent-failed',
  'compensate-run',
  'cost-approved',
  'cost-cancelled',
  'cost-paused',
  'cost-reminded',
  'local-completed',
  'plan-cancelled',
  'plan-compensated',
  'plan-continued',
  'plan-effects-undone',
  'plan-parallel',
  'plan-timed-out',
  'own-saga-undone',
];
const again = scenarios.filter(({ name }) => RECORDED_AGAIN.includes(name));

/** Every path whose history is kept and replayed. */
export const SCENARIOS = [...scenarios, ...again.map((scenario) => ({ ...scenario, name: `${scenario.name}-2` }))];

/** Paths whose histories are too large to check every mutation on them. */
export const LARGE_SCENARIOS = largeScenarios;
