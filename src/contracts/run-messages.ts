import { z } from 'zod';

const name = z.string().min(1).max(256);

/** Message `decide`: what a person chose. The first decision on a question wins. */
export const decisionSchema = z.object({
  approval_id: name,
  decision: name,
  /** Who decided. */
  by: name,
  comment: z.string().max(4_000).optional(),
  /** What the question asked for besides a choice: corrected values, uploaded files, a receipt. */
  data: z.unknown().optional(),
});
export type DecisionMessage = z.infer<typeof decisionSchema>;

/** Messages `pause` and `resume`. */
export const operatorMessageSchema = z.object({ by: name, reason: z.string().max(4_000).optional() });
export type OperatorMessage = z.infer<typeof operatorMessageSchema>;

/** A question to the run's user, of the workflow or of an agent. */
export type Question = {
  /** Names the question in the run; unique. @default `approval-<n>` */
  id?: string;
  question: string;
  /** What may be chosen. @default approve, reject */
  options?: string[];
  /** How long the answer is waited for, in milliseconds. @default 1800000, half of a run's default deadline */
  expiresMs?: number;
  /**
   * How long before it expires the question is brought to mind once more, in milliseconds; 0 for not at all.
   * @default the last fifth of the time, at most 600000; 0 where the time is less than a minute
   */
  remindMs?: number;
  /** The decision that is taken when nobody answers in time. @default the last option */
  onExpiry?: string;
};

/** A question that waits for its answer, as the query `state` shows it. */
export type PendingApproval = {
  approval_id: string;
  question: string;
  options: string[];
  expires_at: string;
  /** What is decided when nobody answers in time; runs of older code do not say. */
  on_expiry?: string;
  /** The `agent_run` that asks; null where the workflow itself does. */
  asked_by: string | null;
};
