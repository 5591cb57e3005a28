import { z } from 'zod';
import { idSchema } from './text.ts';

/** Whom a run belongs to. Travels with every activity call; `metadata` is the caller's own and is never published. */
export const userContextSchema = z.object({
  user_id: idSchema,
  thread_id: idSchema,
  run_id: idSchema,
  request_id: idSchema,
  metadata: z.record(z.string(), z.unknown()).default({}),
});
export type UserContext = z.infer<typeof userContextSchema>;
