import { checkAgents } from './check-agents.ts';
import { checkAnswers } from './check-answers.ts';
import { checkClients } from './check-clients.ts';
import { checkEffects } from './check-effects.ts';
import { checkLeaks } from './check-leaks.ts';
import { checkLog } from './check-log.ts';
import { checkRuns } from './check-runs.ts';
import { createReport, type Report } from './findings.ts';
import { readRecords, type Records } from './read-records.ts';
import { worldOf } from './world.ts';

const CHECKS = [checkLog, checkClients, checkRuns, checkAgents, checkEffects, checkAnswers, checkLeaks];

/** Holds the records of a campaign against each other. Knows the protocol and the plan, and nothing of the engine. */
export function checkRecords(records: Records): Report {
  const findings = createReport();
  const world = worldOf(records);
  for (const check of CHECKS) check(world, findings);
  return findings.report;
}

export const checkFolder = (folder: string): Report => checkRecords(readRecords(folder));
