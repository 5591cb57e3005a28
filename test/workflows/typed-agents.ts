import { agents } from '../../src/workflow.ts';
import type app from '../../examples/own-workflow/app.ts';

const { quote } = agents<typeof app>();

// Compiled, never run: a wrong input must not compile.
// @ts-expect-error sku must be text
export const wrong = () => quote({ sku: 1 });
export const right = () => quote({ sku: 'map' });
