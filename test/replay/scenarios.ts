import { costScenarios } from './scenarios/cost-scenarios.ts';
import { localScenarios } from './scenarios/local-scenarios.ts';
import { largeScenarios, ownScenarios } from './scenarios/own-scenarios.ts';
import { planScenarios } from './scenarios/plan-scenarios.ts';
import { questionScenarios } from './scenarios/question-scenarios.ts';
import { undoScenarios } from './scenarios/undo-scenarios.ts';

/** Every path whose history is kept and replayed. */
export const SCENARIOS = [
  ...costScenarios,
  ...planScenarios,
  ...localScenarios,
  ...undoScenarios,
  ...questionScenarios,
  ...ownScenarios,
];

/** Paths whose histories are too large to check every mutation on them. */
export const LARGE_SCENARIOS = largeScenarios;
