import type { AppManifest } from '../agents/define-app.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { nameFault } from '../contracts/id-fault.ts';
import { WORKFLOWS } from '../contracts/names.ts';
import { nearestNames } from '../contracts/nearest-names.ts';
import { workflowInput, type PreparedInput } from './workflow-input.ts';

type Options = { manifest: AppManifest; own: readonly string[] };

/**
 * What a name that is only known at run time starts: one of Baton's workflows, a plan of the app, or one of its own
 * workflows, in this order.
 *
 * @throws BatonError `InvalidInput` with the nearest names when nothing has this name, or listing what is wrong with the
 *   input
 */
export function startableNamed(name: string, given: unknown, { manifest, own }: Options): PreparedInput {
  const fault = nameFault(name);
  if (fault) throw new BatonError('InvalidInput', `the name of a workflow ${fault}`);
  const shipped = WORKFLOWS.find((known) => known === name);
  if (shipped) return workflowInput(shipped, given, manifest);
  if (Object.hasOwn(manifest.plans, name)) return workflowInput('runPlan', { plan: name, input: given }, manifest);
  if (own.includes(name)) return workflowInput({ own: name }, given, manifest);
  const nearest = nearestNames(name, [...WORKFLOWS, ...Object.keys(manifest.plans), ...own]).join(', ');
  throw new BatonError('InvalidInput', `unknown workflow "${name}"; the nearest names: ${nearest}`);
}
