import { z } from 'zod';
import { FAILURE_TYPES } from './names.ts';

/** A failure as data: in events, outcomes and reports. */
export const failureSchema = z.object({ type: z.enum(FAILURE_TYPES), message: z.string() });
export type Failure = z.infer<typeof failureSchema>;
