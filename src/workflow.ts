// Runs inside the workflow sandbox. The door for a project's own workflows.
import { ApplicationFailure, AsyncLocalStorage, workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import type { App } from './agents/define-app.ts';
import type { AnyAgent } from './agents/define-agent.ts';
import type { DecisionMessage, Question } from './contracts/run-messages.ts';
import { OWN_WORKFLOW, type OwnWorkflow } from './contracts/own-workflow.ts';
import type { AgentOutcome, RunOutcome } from './contracts/run.ts';
import type { RunStart } from './contracts/run-start.ts';
import type { Undo } from './contracts/undo.ts';
import type { AgentOptions } from './workflows/call-limits.ts';
import { openRun } from './workflows/open-run.ts';

// What own workflows need of Temporal: a package manager that keeps dependencies apart lets a project import only what it
// depends on itself.
export {
  ApplicationFailure,
  CancellationScope,
  condition,
  deprecatePatch,
  isCancellation,
  log,
  patched,
  sleep,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';

export type { AgentOptions, AgentOutcome, DecisionMessage, Question, RunOutcome, RunStart, Undo };
export { decideSignal, pauseSignal, resumeSignal, stateQuery } from './workflows/messages.ts';

type Run = ReturnType<typeof openRun<Record<string, AnyAgent>, unknown>>;

/** An agent as a function of workflow code. */
export type AgentFunction<Agent extends AnyAgent> = {
  /**
   * Runs the agent and returns its result.
   *
   * @throws ApplicationFailure of the agent's failure type when it failed; CancelledFailure when the run is cancelled
   */
  (input: z.input<Agent['input']>, options?: AgentOptions): Promise<z.output<Agent['output']>>;
  /** The same, but a failing agent is an outcome. */
  outcome(input: z.input<Agent['input']>, options?: AgentOptions): Promise<AgentOutcome<z.output<Agent['output']>>>;
};

/** Constant: it holds the run of whoever asks, not one for the module. */
const current = new AsyncLocalStorage<Run>();

function run(): Run {
  const found = current.getStore();
  if (found) return found;
  throw ApplicationFailure.nonRetryable('agents, ask and saga work inside of workflow(...) only', 'InvalidInput');
}

function agentFunction(name: string): AgentFunction<AnyAgent> {
  const outcome = (input: unknown, options?: AgentOptions) => {
    const { hand, agent } = run();
    return hand(() => agent(name, input, options));
  };
  const call = (input: unknown, options?: AgentOptions) => {
    const { hand, agent } = run();
    return hand(async () => {
      const { success, result, error } = await agent(name, input, options);
      if (success) return result;
      throw ApplicationFailure.nonRetryable(error?.message ?? `agent ${name} failed`, error?.type);
    });
  };
  return Object.assign(call, { outcome });
}

/** The app's agents as functions, typed by their schemas: `const { quote } = agents<typeof app>()`. */
export function agents<OwnApp extends App>(): {
  [Agent in OwnApp['agents'][number] as Agent['name']]: AgentFunction<Agent>;
} {
  const functions = new Proxy(
    {},
    {
      get(target, name) {
        // JavaScript asks any object whether it is a promise and how it is shown. An agent may be named `constructor`.
        const isAsked = typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name in target;
        return isAsked && name !== 'constructor' ? (Reflect.get(target, name) as unknown) : agentFunction(name);
      },
    },
  );
  return functions as ReturnType<typeof agents<OwnApp>>;
}

/** Asks the run's user and waits, holding nothing; see `Question`. */
export function ask(question: Question): Promise<DecisionMessage> {
  const { hand, ask: askUser } = run();
  return hand(() => askUser(question));
}

/**
 * Does several things of which all or none shall stand. What `undo` registers (before the call that it undoes), and what
 * the tools of its agents can undo, is undone in reverse when `body` throws; the error goes on. When `body` succeeds it
 * stays registered, and is undone should the run fail later.
 */
export function saga<Result>(body: (undo: (entry: Undo) => void) => Promise<Result>): Promise<Result> {
  const { compensate, hand, registered, undo } = run();
  return hand(async () => {
    const before = registered();
    try {
      return await body(compensate);
    } catch (error) {
      await undo(before);
      throw error;
    }
  });
}

/**
 * Makes a workflow of a function: it gets the run's input, and what it returns is the run's result. Export it under the
 * name that is given; that name is what `start` takes.
 */
export function workflow<Input, Result>(
  name: string,
  body: (input: Input) => Promise<Result>,
): OwnWorkflow<Input, Result> {
  const run: OwnWorkflow<Input, Result> = async (start) => {
    const { workflowType } = workflowInfo();
    if (workflowType !== name) {
      throw ApplicationFailure.nonRetryable(`workflow ${name} is exported as ${workflowType}; use one name`);
    }
    const opened = openRun<Record<string, AnyAgent>, unknown>(start, []);
    return opened.finish(async () => {
      const result = await current.run(opened, () => body(start.input));
      return { status: 'completed', summary: `${name} completed`, result };
    });
  };
  // What `start(trip, input)` of a client goes by.
  return Object.defineProperties(run, { name: { value: name }, [OWN_WORKFLOW]: { value: true } });
}
