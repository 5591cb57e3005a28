import { z } from 'zod';
import type { RunPosition } from '../../client/list-runs.ts';

const position = z.tuple([z.iso.datetime({ precision: 3 }), z.string().min(1).max(1_024)]);

/** Where the next page of runs begins. Opaque to clients, and good for as long as the run it names is kept. */
export function runCursor({ started_at, workflow_id }: RunPosition): string {
  return Buffer.from(JSON.stringify([started_at, workflow_id])).toString('base64url');
}

function positionOf(text: string, context: z.RefinementCtx): RunPosition {
  try {
    const [started_at, workflow_id] = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { started_at, workflow_id };
  } catch {
    context.addIssue('must be the next_cursor of another page');
    return z.NEVER;
  }
}

export const runCursorSchema = z.string().max(2_048).transform(positionOf);
