import { z } from 'zod';
import { idFault, MAX_ID_LENGTH } from './id-fault.ts';

/** An id given by a caller; see `idFault`. */
export const idSchema = z
  .string()
  .min(1)
  .max(MAX_ID_LENGTH)
  .superRefine((id, context) => {
    const fault = id === '' || id.length > MAX_ID_LENGTH ? undefined : idFault(id);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });
