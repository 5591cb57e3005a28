// Entry of the tests' workflow bundle: Baton's own workflows and those of single tests.
export * from '../../src/workflows/index.ts';
export { sideBySide } from './side-by-side.ts';
export { scripted } from './scripted.ts';
export { callThenUndo } from './call-then-undo.ts';
export { withChild } from './with-child.ts';
export { faulty } from './faulty.ts';
export { errand } from '../replay/own/workflows.ts';
