import { z } from 'zod';
import type { BatonClient, RunHandle } from '../../client.ts';
import { idSchema } from '../../contracts/text.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { Problem, type ProblemIssue } from '../problem.ts';
import type { WorkflowEntry } from './workflow-catalog.ts';

/** Body of `POST /v1/runs`. */
export const startRunBody = z.object({
  workflow: z.string(),
  input: z.unknown(),
  thread_id: idSchema.optional(),
  request_id: idSchema.optional().describe('idempotency key: the same request again is the same run'),
  run_id: idSchema.optional(),
  metadata: z.record(z.string(), z.unknown()).optional().describe('free map for the agents, never published'),
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

/** Ids of uploads become paths for the worker; an id of somebody else's upload is as unknown as any other. */
async function withFiles(input: Record<string, unknown>, { uploads, user }: Options) {
  const { upload_ids, ...rest } = input as { upload_ids?: string[] };
  if (!upload_ids) return rest;
  const files = await Promise.all(upload_ids.map((uploadId) => uploads.find({ user, uploadId })));
  const errors = upload_ids.flatMap((id, index) =>
    files[index] ? [] : [{ path: `/input/upload_ids/${index}`, message: `there is no upload "${id.slice(0, 64)}"` }],
  );
  if (errors.length > 0) throw refused('not all uploads are there', errors);
  return { ...rest, files };
}

/**
 * Starts a run for a user, or finds the one of the same request.
 *
 * @throws Problem `invalid_input` with the path of every fault, before anything is started
 */
export async function startRun(options: Options): Promise<RunHandle> {
  const { client, workflows, body } = options;
  const entry = workflows.find(({ name }) => name === body.workflow);
  if (!entry) {
    const known = workflows.map(({ name }) => name).join(', ');
    throw refused(`unknown workflow; known: ${known}`, [{ path: '/workflow', message: `must be one of ${known}` }]);
  }
  const parsed = entry.input.safeParse(body.input ?? {});
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: ['/input', ...path].join('/'), message }));
    throw refused(`the input of ${entry.name} is refused`, errors);
  }
  const input = await withFiles(parsed.data as Record<string, unknown>, options);
  return client.startNamed(entry.name, input, {
    requestId: body.request_id,
    threadId: body.thread_id,
    runId: body.run_id,
    metadata: body.metadata,
  });
}
