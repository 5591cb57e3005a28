import type { RunOutcome } from './run.ts';
import type { RunStart } from './run-start.ts';

/** A workflow as a function: a project's own one, as `workflow(name, body)` makes it, or one of Baton's. */
export type OwnWorkflow<Input, Result> = (start: RunStart<Input>) => Promise<RunOutcome<Result>>;

/** Marks what `workflow(name, body)` makes; `name` of such a function is that of the workflow. */
export const OWN_WORKFLOW = Symbol.for('baton.workflow');
