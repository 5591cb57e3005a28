// Workflows of single tests, bundled beside Baton's own.
export { sideBySide } from './side-by-side.ts';
export { scripted } from './scripted.ts';
export { callThenUndo } from './call-then-undo.ts';
export { withChild } from './with-child.ts';
export { faulty } from './faulty.ts';
export { crowd, errand, forgetful } from '../replay/own/workflows.ts';
