import type { RunSummary } from '../../client/list-runs.ts';
import type { Operator } from '../with-operator.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis, Reason } from './evidence.ts';
import { readEvidence } from './read-evidence.ts';

/** Reasons that go away by themselves, or are none. */
const CALM: readonly Reason[] = [
  'cancelling',
  'working',
  'waiting_for_child',
  'idle',
  'undoing',
  'ended',
  'ended_badly',
];

export type Needs = Pick<Diagnosis, 'reason' | 'since' | 'summary'>;

/** What an open run needs somebody for; null where it goes on by itself, or has ended. */
export async function needsOf(operator: Operator, run: RunSummary): Promise<Needs | null> {
  if (run.ended_at !== null) return null;
  const { reason, since, summary } = diagnose(await readEvidence(operator, run));
  return CALM.includes(reason) ? null : { reason, since, summary };
}
