import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { reportSchema } from '../../contracts/report.ts';
import { runStatusSchema } from '../../contracts/run.ts';
import { idSchema } from '../../contracts/text.ts';
import { identityOf } from '../auth/authenticate.ts';
import { NO_BODY_BYTES } from '../body-parsers.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { COSTS } from '../work-budget.ts';
import { renderReport, REPORT_FORMATS } from '../../spend/report/render-report.ts';
import { locateRun } from '../runs/locate-run.ts';
import { recomputeReport, whatIfBody } from '../runs/recompute-report.ts';
import { reportOfRun } from '../runs/report-of-run.ts';
import { runCursor, runCursorSchema } from '../runs/run-cursor.ts';
import { runView, runViewSchema } from '../runs/run-view.ts';
import { startRun, startRunBody } from '../runs/start-run.ts';
import { createTurns } from '../turns.ts';
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
  cursor: runCursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(PAGE),
});
const tags = ['runs'];

/** Starting, looking at and acting on one's own runs. */
export function runRoutes(context: GatewayContext, uploads: UploadStore): FastifyPluginAsyncZod {
  const { clientOf, workflows } = context;
  // An analysis takes every core there is: more at once would only slow each other and the feeds down.
  const analyse = createTurns({ atOnce: 1 });
  const render = createTurns({ atOnce: 2 });

  return async function routes(server) {
    server.post(
      '/v1/runs',
      {
        config: { cost: COSTS.start },
        schema: { tags, summary: 'Start a run', body: startRunBody, response: { 200: ids, 202: ids } },
      },
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
        const { status, thread_id: thread, cursor: after, limit } = request.query;
        const client = await clientOf(identityOf(request).user);
        const runs = await client.runs({ status, thread, after, limit: limit + 1 });
        const last = runs[limit - 1];
        const next_cursor = runs.length > limit && last ? runCursor(last) : null;
        return { runs: runs.slice(0, limit).map(({ user_id: _own, ...run }) => run), next_cursor };
      },
    );

    server.get(
      '/v1/runs/:run_id',
      { schema: { tags, summary: 'State of a run', params, response: { 200: runViewSchema } } },
      async (request) => {
        const run = await locateRun(context, identityOf(request).user, request.params.run_id);
        return context.shown(await runView(run));
      },
    );

    server.get(
      '/v1/runs/:run_id/report',
      {
        config: { cost: COSTS.report },
        schema: {
          tags,
          summary: 'Report of a finished costOptimization run',
          params,
          querystring: z.object({ format: z.enum(REPORT_FORMATS).default('json') }),
        },
      },
      async (request, reply) => {
        const { user } = identityOf(request);
        const run = await locateRun(context, user, request.params.run_id);
        const { format } = request.query;
        const { type, body } = await render(user, async () => renderReport(await reportOfRun(run), format));
        reply.header('content-disposition', `inline; filename="report.${format}"`);
        return reply.type(type).send(body);
      },
    );

    server.post(
      '/v1/runs/:run_id/what-if',
      {
        config: { cost: COSTS.whatIf },
        schema: {
          tags,
          summary:
            'The report of a finished costOptimization run, recomputed with other assumptions; the run stays as it is',
          params,
          body: whatIfBody,
          response: { 200: reportSchema },
        },
      },
      async (request) => {
        const { user } = identityOf(request);
        const run = await locateRun(context, user, request.params.run_id);
        return analyse(user, () => recomputeReport({ run, set: request.body.set }));
      },
    );

    server.post(
      '/v1/runs/:run_id/cancel',
      { bodyLimit: NO_BODY_BYTES, schema: { tags, summary: 'Ask a run to stop', params, response: { 202: ids } } },
      async (request, reply) => {
        const { handle } = await locateRun(context, identityOf(request).user, request.params.run_id);
        await handle.cancel();
        return reply.code(202).send({ run_id: handle.runId, workflow_id: handle.workflowId });
      },
    );
  };
}
