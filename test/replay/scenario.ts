import type { Client, WorkflowHandle } from '@temporalio/client';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';

/** One path through a workflow whose history is kept. Everything in it is fixed, so that it can be recorded again. */
export type Scenario = {
  /** Also the name of its file. */
  name: string;
  workflow: string;
  /** Whether that is the project's own one, of `own/`; its history lies there, as `baton replay` needs its module. */
  own?: boolean;
  /** Whether its history is kept packed, apart from those that every mutation is checked on, and without its feed. */
  large?: boolean;
  agents: readonly AnyAgent[];
  input: unknown;
  /** Fields of the run's start beside its context, input and limits. */
  start?: Partial<RunStart>;
  /** What happens to the run while it is under way. `until` resolves with the run's first matching event. */
  act?: (handle: WorkflowHandle, until: (matches: (event: NewEvent) => boolean) => Promise<NewEvent>) => Promise<void>;
  /** Starts the workflow whose history is kept in place of the run's own, once that has ended with `end`. */
  follow?: (about: { client: Client; taskQueue: string; end: NewEvent }) => Promise<WorkflowHandle>;
  /** Which history is kept of a run that continues as new. @default the last */
  part?: 'first' | 'last';
  /** How the run must have ended for its history to be worth keeping. */
  status: string;
};
