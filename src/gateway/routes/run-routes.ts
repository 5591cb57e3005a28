import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { reportSchema } from '../../contracts/report.ts';
import { runStatusSchema } from '../../contracts/run.ts';
import { idSchema } from '../../contracts/text.ts';
import { identityOf } from '../auth/authenticate.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { Problem } from '../problem.ts';
import { locateRun } from '../runs/locate-run.ts';
import { renderReport, REPORT_FORMATS } from '../runs/render-report.ts';
import { runView, runViewSchema } from '../runs/run-view.ts';
import { startRun, startRunBody } from '../runs/start-run.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

const PAGE = 50;

const params = z.object({ run_id: idSchema });
const ids = z.object({ run_id: z.string(), workflow_id: z.string() });
const listed = z.object({
  runs: z.array(z.looseObject({ run_id: z.string(), workflow: z.string(), status: runStatusSchema })),
  next_cursor: z.string().nullable(),
});
const listQuery = z.object({
  status: runStatusSchema.optional(),
  thread_id: idSchema.optional(),
  cursor: z
    .string()
    .regex(/^\d{1,6}$/, 'must be the next_cursor of another page')
    .transform(Number)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(PAGE),
});
const tags = ['runs'];

/** Starting, looking at and acting on one's own runs. */
export function runRoutes(context: GatewayContext, uploads: UploadStore): FastifyPluginAsyncZod {
  const { clientOf, workflows } = context;

  return async function routes(server) {
    server.post(
      '/v1/runs',
      { schema: { tags, summary: 'Start a run', body: startRunBody, response: { 200: ids, 202: ids } } },
      async (request, reply) => {
        const { user } = identityOf(request);
        const client = await clientOf(user);
        const run = await startRun({ client, workflows, uploads, user, body: request.body });
        const started = { run_id: run.runId, workflow_id: run.workflowId };
        return reply.code(run.repeated ? 200 : 202).send(started);
      },
    );

    server.get(
      '/v1/runs',
      { schema: { tags, summary: 'Your runs, newest first', querystring: listQuery, response: { 200: listed } } },
      async (request) => {
        const { status, thread_id: thread, cursor = 0, limit } = request.query;
        const client = await clientOf(identityOf(request).user);
        const runs = (await client.runs({ status, thread, limit: cursor + limit + 1 })).slice(cursor);
        const next_cursor = runs.length > limit ? String(cursor + limit) : null;
        return { runs: runs.slice(0, limit).map(({ user_id: _own, ...run }) => run), next_cursor };
      },
    );

    server.get(
      '/v1/runs/:run_id',
      { schema: { tags, summary: 'State of a run', params, response: { 200: runViewSchema } } },
      async (request) => runView(await locateRun(context, identityOf(request).user, request.params.run_id)),
    );

    server.get(
      '/v1/runs/:run_id/report',
      {
        schema: {
          tags,
          summary: 'Report of a finished costOptimization run',
          params,
          querystring: z.object({ format: z.enum(REPORT_FORMATS).default('json') }),
        },
      },
      async (request, reply) => {
        const { handle } = await locateRun(context, identityOf(request).user, request.params.run_id);
        const described = await handle.describe();
        if (described?.ended_at === null) {
          throw new Problem({ code: 'run_not_finished', detail: 'the report is made at the end of the run' });
        }
        const outcome = described && (await handle.result());
        const report = reportSchema.safeParse(outcome?.result);
        if (!report.success) {
          const detail = `run "${handle.runId}" ended ${outcome?.status ?? 'too long ago'} and has no report`;
          throw new Problem({ code: 'no_report', detail });
        }
        const { type, body } = renderReport(report.data, request.query.format);
        return reply.type(type).send(body);
      },
    );

    server.post(
      '/v1/runs/:run_id/cancel',
      { schema: { tags, summary: 'Ask a run to stop', params, response: { 202: ids } } },
      async (request, reply) => {
        const { handle } = await locateRun(context, identityOf(request).user, request.params.run_id);
        await handle.cancel();
        return reply.code(202).send({ run_id: handle.runId, workflow_id: handle.workflowId });
      },
    );
  };
}
