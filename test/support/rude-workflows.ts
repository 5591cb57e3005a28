// Runs inside the workflow sandbox.
import { workflow } from '../../src/workflow.ts';

/** Never gives way. */
export const stuck = workflow('stuck', async () => {
  for (;;);
});
