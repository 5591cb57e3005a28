import { BatonError } from '../contracts/baton-error.ts';
import { nearestNames } from '../contracts/nearest-names.ts';
import type { PlanRun } from '../contracts/plan-run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Completed } from './reusable-results.ts';

type Options = { completed: Completed[]; begun: ReadonlySet<string>; start: RunStart };

/**
 * What completed before a step, an agent or an `agent_run`. One that never completed is done again in any case, and so
 * is whatever comes after it.
 *
 * @throws BatonError `InvalidInput`, code `unknown_step`, with the nearest names, when the run knows none of that name
 */
export function keptBefore(fromStep: string, { completed, begun, start }: Options): Completed[] {
  const { plan } = (start.input ?? {}) as Partial<PlanRun>;
  const agentOf = ({ agent, agent_run }: Completed) =>
    agent ?? plan?.steps.find(({ id }) => id === agent_run)?.agent ?? agent_run.replace(/-\d+$/, '');
  const names = new Set([
    ...(plan?.steps ?? []).flatMap(({ id, agent }) => [id, agent]),
    ...completed.flatMap((one) => [one.agent_run, agentOf(one)]),
    ...begun,
    ...Object.keys(start.limits),
  ]);
  if (!names.has(fromStep)) {
    const nearest = nearestNames(fromStep, names).join(', ');
    const message = `run ${start.context.run_id} has no step "${fromStep}"; the nearest names: ${nearest}`;
    throw new BatonError('InvalidInput', message, { code: 'unknown_step' });
  }
  const at = completed.findIndex((one) => [one.agent_run, agentOf(one), one.step].includes(fromStep));
  return at < 0 ? completed : completed.slice(0, at);
}
