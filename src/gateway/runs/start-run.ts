import { z } from 'zod';
import type { BatonClient, RunHandle } from '../../client.ts';
import { BatonError } from '../../contracts/baton-error.ts';
import { boundedMap } from '../../contracts/bounded-map.ts';
import { MAX_NAME_LENGTH } from '../../contracts/id-fault.ts';
import { idSchema } from '../../contracts/text.ts';
import { knownUploads } from '../uploads/known-uploads.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { Problem, type ProblemIssue } from '../problem.ts';
import { planIssues } from './plan-issues.ts';
import type { WorkflowEntry } from './workflow-catalog.ts';

/** What a caller's metadata may hold: it travels with every call of an agent. */
const METADATA = { most: 100, bytes: 65_536 };

/** Body of `POST /v1/runs`. */
export const startRunBody = z.object({
  workflow: z.string().max(MAX_NAME_LENGTH),
  input: z.unknown(),
  thread_id: idSchema.optional(),
  request_id: idSchema.optional().describe('idempotency key: the same request again is the same run'),
  run_id: idSchema.optional(),
  metadata: boundedMap(z.unknown(), METADATA)
    .optional()
    .describe(`free map for the agents, never published; at most ${METADATA.bytes} bytes as JSON`),
});

type Options = {
  client: BatonClient;
  workflows: WorkflowEntry[];
  uploads: UploadStore;
  user: string;
  body: z.output<typeof startRunBody>;
};

function refused(detail: string, errors: ProblemIssue[]): Problem {
  return new Problem({ code: 'invalid_input', detail, errors });
}

function unknownWorkflow(name: string, workflows: WorkflowEntry[]): Problem {
  const known = workflows.map((entry) => entry.name).join(', ');
  if (name === 'runPlan') {
    const message = `plans of one's own are taken only where the gateway is started with BATON_ADHOC_PLANS=1; known: ${known}`;
    return refused(message, [{ path: '/workflow', message }]);
  }
  return refused(`unknown workflow; known: ${known}`, [{ path: '/workflow', message: `must be one of ${known}` }]);
}

/** What the plan checker refused is told as every other input is, fault by fault. */
function withIssues(error: unknown): unknown {
  if (!(error instanceof BatonError) || error.code !== 'plan_refused') return error;
  const { faults } = error.details as { faults: ProblemIssue[] };
  return refused('the input of runPlan is refused', planIssues(faults));
}

type Field = Record<string, unknown> | undefined;

/** Ids of uploads become paths for the worker. */
async function withFiles(input: unknown, { uploads, user, body }: Options): Promise<unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  // A plan that is given with the request has its own input within that of `runPlan`.
  const inner = body.workflow === 'runPlan' ? (input as { input?: Field }).input : undefined;
  if (inner?.upload_ids !== undefined) {
    await knownUploads({ uploads, user, ids: inner.upload_ids, path: '/input/input/upload_ids' });
  }
  const { upload_ids: ids, ...rest } = input as { upload_ids?: unknown };
  if (ids === undefined) return rest;
  return { ...rest, files: await knownUploads({ uploads, user, ids, path: '/input/upload_ids' }) };
}

/**
 * Starts a run for a user, or finds the one of the same request.
 *
 * @throws Problem `invalid_input` with the path of every fault, before anything is started
 */
export async function startRun(options: Options): Promise<RunHandle> {
  const { client, workflows, body } = options;
  const entry = workflows.find(({ name }) => name === body.workflow);
  if (!entry) throw unknownWorkflow(body.workflow, workflows);
  const parsed = entry.input.safeParse(body.input === undefined ? {} : body.input);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: ['/input', ...path].join('/'), message }));
    throw refused(`the input of ${entry.name} is refused`, errors);
  }
  const input = await withFiles(parsed.data, options);
  const { request_id: requestId, thread_id: threadId, run_id: runId, metadata } = body;
  return client.startNamed(entry.name, input, { requestId, threadId, runId, metadata }).catch((error: unknown) => {
    throw withIssues(error);
  });
}
