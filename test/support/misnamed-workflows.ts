// Runs inside the workflow sandbox.
import { workflow } from '../../src/workflow.ts';

export const voyage = workflow('trip', async (_input: object) => 'arrived');
