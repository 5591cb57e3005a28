import { agents, ask, workflow } from 'baton-agents/workflow';
import type app from './canary-app.ts';

const { teller, failing, local } = agents<typeof app>();

/** Says its mark in everything that a workflow can say. */
export const canary = workflow('canary', async ({ mark }: { mark: string }) => {
  const { text } = await teller({ mark });
  const failures = [await failing.outcome({ mark }), await local.outcome({ mark })];
  const { comment } = await ask({ question: `${mark}-question` });
  return { result: `${mark}-result`, text, comment, failures };
});

export const throwing = workflow('throwing', async ({ mark }: { mark: string }) => {
  throw new TypeError(`${mark}-workflow`);
});

/** Fails the task, not the run: what it throws is taken for a bug that a new version mends. */
export const stuck = workflow('stuck', async ({ mark }: { mark: string }) => {
  throw new Error(`${mark}-stuck`);
});
