import type { Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { z } from 'zod';
import type { WorkflowName } from '../contracts/names.ts';
import type { OwnWorkflow } from '../contracts/own-workflow.ts';
import type { PlanResult, RegisteredPlan } from '../contracts/plan.ts';
import type { Stats } from '../contracts/stats.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { WorkflowInput, WorkflowResult } from '../contracts/workflow-contracts.ts';
import type { HistoryPage } from '../feed/stats/history-page.ts';
import type { FeedSource } from './feed-source.ts';
import type { RunFilter, RunSummary } from './list-runs.ts';
import type { KnownApp } from './own-workflows.ts';
import type { RunHandle } from './run-handle.ts';
import type { StartOptions } from './run-identity.ts';

export type ConnectOptions = {
  /** The user on whose behalf this client acts; it sees and touches that user's runs only. */
  user: string;
  /** The app whose agents and plans are run. @default Baton's own agents */
  app?: KnownApp;
  /** @default TEMPORAL_ADDRESS, a Temporal profile, the embedded server of the data folder, else 127.0.0.1:7233 */
  address?: string;
  /** @default the profile's, else `default` */
  namespace?: string;
  /** How long Temporal may take to answer at first, in milliseconds. @default 4000 */
  connectTimeoutMs?: number;
  /** How long Temporal may take to answer any later call, in milliseconds; `result()` waits for ever. @default 10000 */
  callTimeoutMs?: number;
  /** Folder of the event log. @default BATON_DATA_DIR */
  dataDir?: string;
  /** @default BATON_TASK_QUEUE, else 'baton' */
  taskQueue?: string;
  /**
   * What a process that acts for many users has once; whoever opened it closes it. With it `connect` reads neither the
   * environment nor files: what the options do not say is Temporal's or Baton's own default. @default own ones
   */
  shared?: { connection: Connection; feed: FeedSource; dataConverter: DataConverter; userConcurrency?: number };
};

export type BatonClient = {
  /** Starts a workflow by its name; input and result are typed by it. */
  start<Name extends WorkflowName>(
    workflow: Name,
    input: WorkflowInput<Name>,
    options?: StartOptions,
  ): Promise<RunHandle<WorkflowResult<Name>>>;
  /** Starts a project's own workflow; its input and result are typed by its function. */
  start<Input, Result>(
    workflow: OwnWorkflow<Input, Result>,
    input: NoInfer<Input>,
    options?: StartOptions,
  ): Promise<RunHandle<Result>>;
  /** Starts and waits for the end, which is an outcome also where the run failed. */
  execute<Name extends WorkflowName>(
    workflow: Name,
    input: WorkflowInput<Name>,
    options?: StartOptions,
  ): Promise<RunOutcome<WorkflowResult<Name>>>;
  execute<Input, Result>(
    workflow: OwnWorkflow<Input, Result>,
    input: NoInfer<Input>,
    options?: StartOptions,
  ): Promise<RunOutcome<Result>>;
  execute<Input extends z.ZodType>(
    plan: RegisteredPlan<Input>,
    input: z.input<Input>,
    options?: StartOptions,
  ): Promise<RunOutcome<PlanResult>>;
  /**
   * Starts what a name that is only known at run time stands for: one of Baton's workflows, or a plan or workflow of the
   * app.
   *
   * @throws BatonError `InvalidInput` with the nearest names when nothing has this name
   */
  startNamed(name: string, input: unknown, options?: StartOptions): Promise<RunHandle>;
  /** Starts a plan of the app; its input is typed by it. */
  start<Input extends z.ZodType>(
    plan: RegisteredPlan<Input>,
    input: z.input<Input>,
    options?: StartOptions,
  ): Promise<RunHandle<PlanResult>>;
  /** Handle of a run that exists already, of a workflow that is known. @default workflow 'costOptimization' */
  run<Result = unknown>(runId: string, workflow?: string): RunHandle<Result>;
  /**
   * Handle of a run of this user, whatever its workflow; undefined when there is none. A run of which the log knows nothing,
   * because it was lost, is looked for in Temporal, among the workflows of the app.
   */
  find<Result = unknown>(runId: string): Promise<RunHandle<Result> | undefined>;
  /** This user's runs, newest first. */
  runs(options?: Omit<RunFilter, 'user'>): Promise<RunSummary[]>;
  /** This user's statistics from the event log, with a page of their finished runs. */
  stats(options?: HistoryPage): Promise<Stats>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};
