import type { WorkflowClient } from '@temporalio/client';
import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { notJson } from '../contracts/json-faults.ts';
import { MESSAGES } from '../contracts/names.ts';
import { decisionSchema, type DecisionMessage } from '../contracts/run-messages.ts';
import type { RunState } from '../contracts/run-start.ts';
import type { FoldedApproval } from '../feed/folded.ts';
import type { FeedSource } from './feed-source.ts';
import { fingerprint } from './fingerprint.ts';
import { isMissing } from './missing-run.ts';
import { runState } from './run-state.ts';

/** How long a worker may take to say what its run asks: before the log is read, and where the log does not know. */
const FIRST_WITHIN_MS = 1_000;
const STATE_WITHIN_MS = 5_000;

type Options = { client: WorkflowClient; feed: FeedSource; workflowId: string; userId: string; runId: string };

type Asked = Pick<FoldedApproval, 'options'> & Partial<Pick<FoldedApproval, 'decision' | 'by'>>;

function refused(code: string, message: string, details?: Record<string, unknown>): BatonError {
  return new BatonError('InvalidInput', message, { code, details });
}

function hasEnded(runId: string): BatonError {
  return refused('not_asked', `run ${runId} has ended and asks nothing any more`);
}

function alreadyDecided(first: DecisionMessage): BatonError {
  const message = `${first.approval_id} was decided before: ${first.decision}, by ${first.by}`;
  return refused('already_decided', message, { first });
}

/**
 * The run's own word, if a worker gives it soon.
 *
 * @throws what Temporal fails with: its silence is no reason to say that nothing was asked
 */
async function stateOf(client: WorkflowClient, workflowId: string): Promise<RunState | undefined> {
  try {
    return await runState({ client, workflowId, patienceMs: STATE_WITHIN_MS });
  } catch {
    await client
      .getHandle(workflowId)
      .describe()
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    return undefined;
  }
}

/**
 * By the run itself, which costs the same however long it is. Its events need no worker, but there may be very many: they
 * are read only where no worker answers.
 */
async function findQuestion({ client, feed, workflowId, userId, runId }: Options, id: string): Promise<Asked> {
  const standing = (await feed.log.standings({ userId, workflowIds: [workflowId] })).get(workflowId);
  if (standing?.ending) throw hasEnded(runId);
  const said = await runState({ client, workflowId, patienceMs: FIRST_WITHIN_MS }).catch(() => undefined);
  const folded = said ? undefined : await feed.fold({ userId, runId });
  const asked = folded?.approvals.find(({ approval_id }) => approval_id === id);
  if (asked) return asked;
  const state = said ?? (await stateOf(client, workflowId));
  const pending = state?.approvals.find(({ approval_id }) => approval_id === id);
  if (pending) return pending;
  throw refused('not_asked', `this run asks nothing named "${id}"`);
}

/** How long the run's own word is waited for; where no worker is up it comes later, and the decision stands. */
const HEARD_WITHIN_MS = 1_000;

/**
 * What the run itself says after a cursor was decided, if it says so soon.
 *
 * @throws BatonError code `not_asked` when the run has ended and says nothing of it
 */
async function decidedBy(options: Options, id: string, after: number): Promise<DecisionMessage | undefined> {
  const { feed, userId, workflowId, runId } = options;
  const signal = AbortSignal.timeout(HEARD_WITHIN_MS);
  try {
    for await (const event of feed.follow({ userId, runId, after, signal })) {
      const { type, payload } = event;
      if (type === 'approval_decided' && payload.approval_id === id) return payload;
      if (!isRunEnd(event)) continue;
      // It may have been started again since.
      const standing = (await feed.log.standings({ userId, workflowIds: [workflowId] })).get(workflowId);
      if (standing?.ending?.generation === event.generation) throw hasEnded(runId);
    }
  } catch (error) {
    if (error instanceof BatonError && error.code === 'not_asked') throw error;
    // The log is away: what was recorded before stands.
  }
  return undefined;
}

const same = (a: DecisionMessage, b: DecisionMessage) => fingerprint(a) === fingerprint(b);

async function checkQuestion(options: Options, { approval_id, decision }: DecisionMessage): Promise<void> {
  const asked = await findQuestion(options, approval_id);
  // On older code decided without this store: by expiry, or by a message of Temporal's own tools.
  if (asked.decision && asked.by) throw alreadyDecided({ approval_id, decision: asked.decision, by: asked.by });
  if (asked.options.includes(decision)) return;
  const known = asked.options.join(', ');
  throw refused('no_such_option', `"${decision}" is no option of ${approval_id}; choose one of: ${known}`);
}

/**
 * Takes a decision: recorded first, where the first one wins, and then sent to the run as a signal, which Temporal keeps
 * also while no worker is up. If Temporal cannot be reached now, the decision stands and the reconciler sends it later.
 * The same decision twice is taken once.
 *
 * @throws BatonError `InvalidInput` with code `already_decided` (the first decision is `details.first`), `not_asked`, or
 *   `no_such_option`
 */
export async function decide(options: Options, given: DecisionMessage): Promise<DecisionMessage> {
  const { client, feed, workflowId, userId } = options;
  const parsed = decisionSchema.safeParse(given);
  if (!parsed.success) throw refused('malformed', `the decision is refused:\n${z.prettifyError(parsed.error)}`);
  const faults = notJson(parsed.data, []);
  if (faults) throw refused('malformed', `the decision is not JSON: ${faults}`);
  const { approval_id, decision, by, comment, data } = parsed.data;
  const key = { workflowId, approvalId: approval_id };
  // What is asked now was not decided in any event so far.
  const { head } = await feed.log.head({ userId });
  const known = await feed.decisions.get(key);
  if (!known) await checkQuestion(options, parsed.data);
  const at = new Date().toISOString();
  const taken = await feed.decisions.decide({ ...key, userId, decision, by, at, comment, data });
  const first = {
    approval_id,
    decision: taken.decision.decision,
    by: taken.decision.by,
    comment: taken.decision.comment,
    data: taken.decision.data,
  };
  try {
    await client.getHandle(workflowId).signal(MESSAGES.decide, first);
    await feed.temporal.vouch(client);
    await feed.decisions.markDelivered(key);
  } catch {
    // Durable since it was recorded: the reconciler sends it, or drops it once the log says that the run has ended.
  }
  // On older code an update in Temporal UI, or the expiry, may have come before, in no store and not in the log yet.
  const heard = known ? undefined : await decidedBy(options, approval_id, head);
  if (heard && (heard.decision !== first.decision || heard.by !== first.by)) throw alreadyDecided(heard);
  if (!taken.first && !same(first, { approval_id, decision, by, comment, data })) throw alreadyDecided(first);
  return first;
}
