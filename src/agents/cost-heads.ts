import type { z } from 'zod';
import {
  actionsInput,
  actionsOutput,
  dataHelperInput,
  dataHelperOutput,
  optimizationInput,
  optimizationOutput,
  reportingInput,
  reportingOutput,
  triageInput,
  triageOutput,
} from '../contracts/cost-optimization.ts';
import { defineAgent, type AnyAgent } from './define-agent.ts';
import { defineApp, type AppManifest } from './define-app.ts';

/**
 * What others need to know of the agents of `costOptimization`, in the order in which they run. Apart from their code,
 * which brings a database engine along: a client that only starts runs, and what bundles one, must not meet it.
 */
export const COST_HEADS = {
  triage: {
    name: 'triage',
    touchesHost: true,
    description: 'Reads the request, detects the format of the usage files and whether they suffice',
    input: triageInput,
    output: triageOutput,
    timeoutMs: 60_000,
  },
  dataHelper: {
    name: 'data_helper',
    touchesHost: true,
    description: 'Parses, normalizes and prices the usage rows',
    input: dataHelperInput,
    output: dataHelperOutput,
    // Files may hold a month of a company's requests; the heartbeat, not this limit, notices a dead worker.
    timeoutMs: 30 * 60_000,
    retry: { maxAttempts: 3 },
  },
  optimization: {
    name: 'optimization',
    touchesHost: true,
    description: 'Evaluates each savings technique on the ledger and combines them without counting twice',
    input: optimizationInput,
    output: optimizationOutput,
    timeoutMs: 30 * 60_000,
    retry: { maxAttempts: 3 },
  },
  actions: {
    name: 'actions',
    description: 'Turns savings into a phased plan of concrete changes',
    input: actionsInput,
    output: actionsOutput,
  },
  reporting: {
    name: 'reporting',
    touchesHost: true,
    description: 'Composes the savings plan with its evidence and assumptions',
    input: reportingInput,
    output: reportingOutput,
  },
} as const;

function onlyKnown(): never {
  throw new TypeError('this agent is known by its limits and schemas only: its code is in costApp');
}

/** The manifest of `costApp`, without its code. */
export function costManifest(): AppManifest {
  const agents = Object.values(COST_HEADS).map((head) =>
    defineAgent<string, z.ZodType, z.ZodType>({ ...head, run: onlyKnown } as AnyAgent),
  );
  return defineApp({ agents }).manifest();
}
