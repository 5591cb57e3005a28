import { z } from 'zod';
import { idSchema } from '../../contracts/text.ts';

/** A sequence as it stands in a URL: digits only, so that -1, 1e99 and words are refused and not read as 0. */
const sequence = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number from 0')
  .transform(Number);

/** Query of every call that reads the feed. */
export const cursorQuery = z.object({
  after: sequence.optional().describe('last sequence seen; 0 for everything that is kept'),
  epoch: z.string().max(128).optional().describe('epoch of that sequence, as "hello" or an event told it'),
  run_id: idSchema.optional().describe("only this run's events"),
});
