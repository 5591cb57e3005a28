import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { inputOf } from '../load/expectation.ts';
import type { PlannedRun } from '../load/plan-load.ts';
import type { ClientLine, SeenEvent } from '../records/lines.ts';
import type { Caller } from './caller.ts';

export type World = {
  callerOf: (user: string) => Caller;
  record: (line: ClientLine) => void;
  /** An operator's own way to Temporal. */
  temporal: () => Promise<Client>;
  receiptFor: (run: string) => string | undefined;
  /** Aborted when nobody shall try anything any more. */
  signal: AbortSignal;
};

const path = (run: string, action = '') => `/v1/runs/${run}${action}`;

/** Does something once it is time, unless everything is over. */
async function after(ms: number, signal: AbortSignal, work: () => Promise<unknown>) {
  await wait(ms, undefined, { signal }).catch(() => undefined);
  if (!signal.aborted) await work();
}

/** Ends a run as an operator does by Temporal UI; tried until the server answers. */
async function terminate({ temporal, record, signal }: World, workflowId: string, { run, user }: PlannedRun) {
  while (!signal.aborted) {
    try {
      await (await temporal()).workflow.getHandle(workflowId).terminate('chaos');
      return record({ at: Date.now(), client: 'operator', user, what: 'did', action: 'terminate', run });
    } catch (error) {
      if ((error as Error).name === 'WorkflowNotFoundError') return;
      await wait(500);
    }
  }
}

/** Starts a run and does with it what its user has in mind; resolves once all of that is done. */
export async function actOn(world: World, planned: PlannedRun): Promise<void> {
  const { callerOf, signal } = world;
  const { run, user, kind, cancelAfter, terminateAfter, pause, looks } = planned;
  const caller = callerOf(user);
  const body = {
    workflow: kind,
    input: inputOf(planned),
    run_id: run,
    request_id: `request-${run}`,
    thread_id: 'chaos',
  };
  const started = await caller.patiently({ method: 'POST', path: '/v1/runs', run, body }, signal);
  const workflowId = started?.body?.workflow_id;
  if (typeof workflowId !== 'string') return;
  const post = (action: string) => caller.patiently({ method: 'POST', path: path(run, action), run }, signal);
  await Promise.all([
    cancelAfter !== null && after(cancelAfter, signal, () => post('/cancel')),
    terminateAfter !== null && after(terminateAfter, signal, () => terminate(world, workflowId, planned)),
    pause &&
      after(pause.after, signal, async () => {
        await post('/pause');
        await after(pause.ms, signal, () => Promise.resolve());
        await post('/resume');
      }),
    ...looks.map((ms) => after(ms, signal, () => caller.call({ method: 'GET', path: path(run), run }))),
  ]);
}

type Asking = Pick<SeenEvent, 'type' | 'run_id' | 'user_id' | 'workflow_id' | 'generation' | 'payload'>;

/**
 * Answers the questions that runs ask, each once: as its user has in mind; and where nobody knows whether a payment was
 * made, by a look at the bank's account.
 */
export function createAnswering(world: World, runs: ReadonlyMap<string, PlannedRun>) {
  const asked = new Set<string>();

  async function decideBySignal(event: Asking, id: string, receipt: string) {
    const { run_id: run, user_id: user, workflow_id } = event;
    const message = { approval_id: id, decision: 'done', by: user, data: { receipt } };
    while (!world.signal.aborted) {
      try {
        await (await world.temporal()).workflow.getHandle(workflow_id).signal('decide', message);
        const did = { what: 'did', action: 'signal_decide', run, data: message } as const;
        return world.record({ at: Date.now(), client: 'operator', user, ...did });
      } catch (error) {
        if ((error as Error).name === 'WorkflowNotFoundError') return;
        await wait(500);
      }
    }
  }

  return async function onEvent(event: Asking): Promise<void> {
    if (event.type !== 'approval_requested') return;
    const { approval_id: id, options } = event.payload as { approval_id: string; options: string[] };
    const { run_id: run, user_id: user, generation } = event;
    const key = `${run} ${generation} ${id}`;
    const planned = runs.get(run);
    if (asked.has(key) || !planned) return;
    asked.add(key);
    const receipt = options.includes('not_done') ? world.receiptFor(run) : undefined;
    // Over HTTP a decision carries no receipt.
    if (receipt) return decideBySignal(event, id, receipt);
    const decision = options.includes('not_done') ? 'not_done' : (planned.answer ?? 'approve');
    const approval = path(run, `/approvals/${encodeURIComponent(id)}`);
    await world.callerOf(user).patiently({ method: 'POST', path: approval, run, body: { decision } }, world.signal);
  };
}
