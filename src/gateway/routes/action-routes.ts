import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { BatonError } from '../../contracts/baton-error.ts';
import { idSchema } from '../../contracts/text.ts';
import { identityOf } from '../auth/authenticate.ts';
import { NO_BODY_BYTES } from '../body-parsers.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { COSTS } from '../work-budget.ts';
import { Problem } from '../problem.ts';
import { decideApproval } from '../runs/decide-approval.ts';
import { locateRun } from '../runs/locate-run.ts';
import { knownUploads, MAX_UPLOAD_IDS } from '../uploads/known-uploads.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

const params = z.object({ run_id: idSchema });
const ids = z.object({ run_id: z.string(), workflow_id: z.string() });
const decisionBody = z.strictObject({
  decision: z.string().min(1).max(128),
  comment: z.string().max(4_000).optional(),
  data: z.object({ upload_ids: z.array(idSchema).max(MAX_UPLOAD_IDS).optional() }).optional(),
});
const decided = z.looseObject({ approval_id: z.string(), decision: z.string(), by: z.string() });
const tags = ['runs'];

/** Acting on one's own runs while they go on, and trying again one that failed. Each may be sent twice without harm. */
export function actionRoutes(context: GatewayContext, uploads: UploadStore): FastifyPluginAsyncZod {
  return async function routes(server) {
    for (const [action, summary] of [
      ['pause', 'Let running agents finish and start no new one'],
      ['resume', 'Go on with a paused run'],
    ] as const) {
      server.post(
        `/v1/runs/:run_id/${action}`,
        { bodyLimit: NO_BODY_BYTES, schema: { tags, summary, params, response: { 202: ids } } },
        async (request, reply) => {
          const { user } = identityOf(request);
          const { handle } = await locateRun(context, user, request.params.run_id);
          await handle[action]({ by: user });
          return reply.code(202).send({ run_id: handle.runId, workflow_id: handle.workflowId });
        },
      );
    }

    server.post(
      '/v1/runs/:run_id/retry',
      {
        config: { cost: COSTS.retry },
        schema: {
          tags,
          summary: 'Start a failed run again and reuse what its agents completed',
          params,
          body: z.strictObject({ from_step: z.string().max(128).optional() }).nullish(),
          response: { 202: ids },
        },
      },
      async (request, reply) => {
        const { user } = identityOf(request);
        const { handle, workflow } = await locateRun(context, user, request.params.run_id);
        const permit = (input: unknown) => {
          const refused = context.refusedAgentOf({ workflow, input });
          if (refused === undefined) return;
          const detail = `agent "${refused}" touches the machine that it works on: only an operator may retry this run`;
          throw new BatonError('InvalidInput', detail, { code: 'not_retryable' });
        };
        await handle.retry({ by: user, fromStep: request.body?.from_step, permit }).catch((error: unknown) => {
          if (!(error instanceof BatonError) || error.type !== 'InvalidInput') throw error;
          const { code, message: detail } = error;
          // Temporal has forgotten it.
          if (code === undefined || code === 'not_open' || code === 'not_retryable')
            throw new Problem({ code: 'not_retryable', detail });
          if (code !== 'unknown_step') throw error;
          throw new Problem({ code: 'invalid_input', detail, errors: [{ path: '/from_step', message: detail }] });
        });
        return reply.code(202).send({ run_id: handle.runId, workflow_id: handle.workflowId });
      },
    );

    server.post(
      '/v1/runs/:run_id/approvals/:approval_id',
      {
        schema: {
          tags,
          summary: 'Decide what a run asks; the first decision counts',
          params: params.extend({ approval_id: idSchema }),
          body: decisionBody,
          response: { 200: decided },
        },
      },
      async (request) => {
        const { user } = identityOf(request);
        const { run_id, approval_id } = request.params;
        const run = await locateRun(context, user, run_id);
        const { upload_ids: ids = [] } = request.body.data ?? {};
        await knownUploads({ uploads, user, ids, path: '/data/upload_ids' });
        return decideApproval(run, { ...request.body, approval_id, by: user });
      },
    );
  };
}
