import { z } from 'zod';

const PLACEHOLDERS = /^(null|undefined|none|nan|default|temp|0|placeholder([_-].*)?)$/i;

/**
 * An id given by a caller: 1 to 128 printable characters. Placeholders such as `null`, `undefined` or `default` are
 * refused: they are what a lost variable looks like, and would pour strangers' runs into one feed.
 */
export const idSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{C}]+$/u, 'must be printable characters')
  .refine((id) => id.trim() === id, 'must not begin or end with a space')
  .refine((id) => !PLACEHOLDERS.test(id), 'is a placeholder, not an id');
