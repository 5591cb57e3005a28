import type { App } from '../agents/define-app.ts';

/** What a client needs to know of an app. */
export type KnownApp = Pick<App, 'manifest'> & Partial<Pick<App, 'workflows'>>;

/** Names of an app's own workflows: what its module of workflows exports. */
export async function ownWorkflows({ workflows }: Partial<KnownApp>): Promise<string[]> {
  if (!workflows) return [];
  const exported = (await import(workflows.href)) as Record<string, unknown>;
  return Object.keys(exported).filter((name) => typeof exported[name] === 'function');
}
