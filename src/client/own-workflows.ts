import { fileURLToPath } from 'node:url';
import type { App } from '../agents/define-app.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { COMPENSATE_WORKFLOW, WORKFLOWS } from '../contracts/names.ts';
import { OWN_WORKFLOW } from '../contracts/own-workflow.ts';

/** What a client needs to know of Baton's own agents. */
export { costManifest } from '../agents/cost-heads.ts';

/** What a client needs to know of an app. */
export type KnownApp = Pick<App, 'manifest'> & Partial<Pick<App, 'workflows'>>;

/**
 * Names of an app's own workflows: what its module of workflows exports.
 *
 * @throws BatonError `InvalidInput` where one is exported under another name than its own, which no worker would find, or that of
 *   a workflow of Baton's, so that a bundle had neither
 */
export async function ownWorkflows({ workflows }: Partial<KnownApp>): Promise<string[]> {
  if (!workflows) return [];
  const exported = (await import(workflows.href)) as Record<string, unknown>;
  return Object.entries(exported).flatMap(([name, value]) => {
    if (typeof value !== 'function') return [];
    if ([...WORKFLOWS, COMPENSATE_WORKFLOW].includes(name)) {
      const message = `${fileURLToPath(workflows)} exports ${name}: that is a workflow of Baton's; give yours another name`;
      throw new BatonError('InvalidInput', message);
    }
    if (!Object.hasOwn(value, OWN_WORKFLOW) || value.name === name) return [name];
    const message = `${fileURLToPath(workflows)} exports workflow ${value.name} as ${name}; use one name for both`;
    throw new BatonError('InvalidInput', message);
  });
}
