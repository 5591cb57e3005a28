import { leavesNoTrace } from './leaves-no-trace.ts';

leavesNoTrace(import.meta.filename);
