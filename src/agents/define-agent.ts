import type { z } from 'zod';
import { FAILURE_TYPES, type FailureType } from '../contracts/names.ts';
import {
  checkGiven,
  countFault,
  durationFault,
  ifGiven,
  MAX_ATTEMPTS,
  numberFault,
} from '../contracts/number-fault.ts';
import type { DecisionMessage, Question } from '../contracts/run-messages.ts';
import { functionFault, listFault, objectFault } from '../contracts/kind-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { schemaFault } from '../contracts/schema-fault.ts';
import type { UserContext } from '../contracts/user-context.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { checkLocal } from './check-local.ts';
import { isolationOf } from './isolation-of.ts';

export type Tools = Record<string, AnyTool>;

export type Logger = Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: object) => void>;

/** What an agent may know of the world around it. It knows neither Temporal nor sockets. */
export type AgentContext<OwnTools extends Tools = Tools> = {
  /** Aborted on cancel, at the agent's limit and when its worker shuts down. */
  signal: AbortSignal;
  /** The agent's tools, each a function from its input to its output. */
  tools: {
    [Key in keyof OwnTools]: (input: z.input<OwnTools[Key]['input']>) => Promise<z.output<OwnTools[Key]['output']>>;
  };
  /** Tells the user what the agent is doing. `progress` is a percentage from 0 to 100 and never falls. */
  think(reasoning: string, options?: { progress?: number }): void;
  /**
   * Asks the user and resolves with the decision, of which the first counts. Nothing is held while waiting: the attempt
   * ends here, and the agent runs again from its beginning once the answer is there. So whatever comes before must be
   * repeatable (calls of tools give their receipts), and questions must come in the same order each time.
   */
  ask(question: Question): Promise<DecisionMessage>;
  context: Readonly<UserContext>;
  /** 1 on the first attempt. Memory of an earlier attempt is gone: it may have been another process. */
  attempt: number;
  /** The same on every attempt of this execution; another one when a retried run does anew what an agent had undone. */
  idempotencyKey: string;
  log: Logger;
};

export type AgentRetry = {
  /** Attempts in all, the first one included, at most 1000. @default 4 */
  maxAttempts?: number;
  /** Wait before the second attempt, in milliseconds. @default 200 */
  initialIntervalMs?: number;
  /** Factor by which each wait grows, from 1 to 100. @default 2 */
  backoff?: number;
  /** Longest wait, in milliseconds, no less than the first. @default 10000, or the first where that is longer */
  maxIntervalMs?: number;
  /** Failures to retry that are not retried by default: `InvalidOutput`, `AgentSilent`, `OutOfMemory`, timeouts. */
  on?: FailureType[];
};

export type AgentConcurrency = {
  /** For one user. */
  perUser?: number;
  /** For all users together. */
  total?: number;
};

export type AgentIsolation = {
  /**
   * Module that exports the agent, or an app with it, by any name: `import.meta.url` of its own file, another `file:`
   * URL or an absolute path. The child process loads it, so it must not start a worker.
   */
  module: URL | string;
  /** Limit of the JavaScript heap, in megabytes, at least 16. @default 256 */
  heapMb?: number;
  /** Limit of the process's resident memory, buffers and Node itself (some 100 MB) included, in megabytes. @default heapMb + 256 */
  residentMb?: number;
};

export type AgentDefinition<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  OwnTools extends Tools = Tools,
> = {
  /** Also the Temporal activity type: lower-case letters, digits and underscores, beginning with a letter. */
  name: Name;
  description?: string;
  input: Input;
  output: Output;
  tools?: OwnTools;
  /**
   * Runs inside of the workflow's own task, several times faster: for agents that end within a second, whose tools have
   * effect `none` or `idempotent`, and without limits of rate or concurrency. There is no heartbeat; a cancel comes
   * between steps; after the loss of its worker it begins again, 10 seconds later, as attempt 1. @default false
   */
  local?: boolean;
  /**
   * It touches the machine that it works on by what its input says, such as files whose paths it takes. No plan with it and
   * no `runAgent` of it is started over HTTP, where any user could name any file; own workflows, which check what they
   * pass on, may call it. @default false
   */
  touchesHost?: boolean;
  /** Limit of one attempt in milliseconds, at most 366 days. @default 30000, of a local agent 1000 */
  timeoutMs?: number;
  /** The server takes a silent worker for lost after this many milliseconds. @default 10000 */
  heartbeatTimeoutMs?: number;
  retry?: AgentRetry;
  /** How many of it may work at once over all workers; what exceeds it waits and is never refused. @default no limit */
  concurrency?: AgentConcurrency;
  /**
   * Runs the agent in a child process, so that its memory, its busy loops and its crashes harm nobody else. Tools still
   * run in the worker. Input, output and what tools take and give must be plain data. Running out of memory is failure
   * `OutOfMemory`. @default no: inside the worker
   */
  isolate?: AgentIsolation;
  run(input: z.output<Input>, ctx: AgentContext<OwnTools>): z.input<Output> | Promise<z.input<Output>>;
};

/** Any agent. Input and output are contravariant in places, so only `any` accepts them all. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyAgent = AgentDefinition<string, any, any, any>;

/** Largest factor by which a wait may grow, and most of an agent that may work at once. */
const MAX_BACKOFF = 100;
const MAX_AT_ONCE = 100_000;

const OPTIONS: OptionNames<AgentDefinition> = {
  name: true,
  description: true,
  input: true,
  output: true,
  tools: true,
  local: true,
  touchesHost: true,
  timeoutMs: true,
  heartbeatTimeoutMs: true,
  retry: true,
  concurrency: true,
  isolate: true,
  run: true,
};
const RETRY_OPTIONS: OptionNames<AgentRetry> = {
  maxAttempts: true,
  initialIntervalMs: true,
  backoff: true,
  maxIntervalMs: true,
  on: true,
};
const CONCURRENCY_OPTIONS: OptionNames<AgentConcurrency> = { perUser: true, total: true };

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Defines an agent: a named piece of work with checked input and output. Limits that it does not give are
 * `AGENT_DEFAULTS`.
 *
 * @throws TypeError if the name cannot be an activity type, it has an unknown option, a schema is not one of zod 4, a limit is out of its range, two tools share a name,
 *   the module of an isolated agent does not exist, or it cannot be local
 */
export function defineAgent<
  const Name extends string,
  Input extends z.ZodType,
  Output extends z.ZodType,
  OwnTools extends Tools = Record<never, never>,
>(definition: AgentDefinition<Name, Input, Output, OwnTools>): AgentDefinition<Name, Input, Output, OwnTools> {
  checkGiven('', { 'the definition of an agent': objectFault(definition) });
  const { name, timeoutMs, heartbeatTimeoutMs, retry = {}, concurrency = {}, tools = {} } = definition;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new TypeError(
      `agent name ${JSON.stringify(name)}: use lower-case letters, digits and underscores, beginning with a letter, at most 64`,
    );
  }
  // `agents()` would be taken for a promise.
  if (name === 'then') throw new TypeError('agent name "then" cannot be called in a workflow; choose another');
  checkGiven(`agent ${name}: `, {
    'its definition': optionsFault(definition, OPTIONS),
    input: schemaFault(definition.input),
    output: schemaFault(definition.output),
    run: functionFault(definition.run),
    retry: optionsFault(retry, RETRY_OPTIONS),
    'retry.on': ifGiven(retry?.on, listFault),
    concurrency: optionsFault(concurrency, CONCURRENCY_OPTIONS),
    tools: objectFault(tools),
  });
  for (const [key, tool] of Object.entries(tools as Tools)) {
    const isTool = typeof tool?.name === 'string' && typeof tool.run === 'function';
    if (!isTool) throw new TypeError(`agent ${name}: tools.${key} must be what defineTool returns`);
  }
  const { maxAttempts, initialIntervalMs, maxIntervalMs, backoff, on = [] } = retry;
  checkGiven(`agent ${name}: `, {
    timeoutMs: ifGiven(timeoutMs, durationFault),
    heartbeatTimeoutMs: ifGiven(heartbeatTimeoutMs, durationFault),
    'retry.maxAttempts': ifGiven(maxAttempts, (value) => countFault(value, MAX_ATTEMPTS)),
    'retry.initialIntervalMs': ifGiven(initialIntervalMs, durationFault),
    'retry.maxIntervalMs': ifGiven(maxIntervalMs, (value) => durationFault(value, { least: initialIntervalMs })),
    'retry.backoff': ifGiven(backoff, (value) => numberFault(value, { least: 1, most: MAX_BACKOFF })),
    'concurrency.perUser': ifGiven(concurrency.perUser, (value) => countFault(value, MAX_AT_ONCE)),
    'concurrency.total': ifGiven(concurrency.total, (value) => countFault(value, MAX_AT_ONCE)),
  });
  const unknown = on.find((type) => !FAILURE_TYPES.includes(type));
  if (unknown !== undefined) {
    throw new TypeError(
      `agent ${name}: retry.on: there is no failure "${unknown}"; it is one of ${FAILURE_TYPES.join(', ')}`,
    );
  }
  const toolNames = Object.values(tools as Tools).map((tool) => tool.name);
  const doubled = toolNames.find((tool, index) => toolNames.indexOf(tool) !== index);
  if (doubled)
    throw new TypeError(`agent ${name}: two tools are named ${doubled}; events and receipts go by that name`);
  checkLocal(definition);
  isolationOf(definition);
  return definition;
}
