// Runs inside the workflow sandbox.
import { patched } from '@temporalio/workflow';
import { ENGINE_PATCH } from '../contracts/names.ts';

/**
 * Version of the orchestration that this execution began under. Histories of version 1, also those of runs that are under
 * way, replay by the rules that they were recorded with. To be asked once, where the run is opened.
 */
export function engineVersion(): 1 | 2 {
  return patched(ENGINE_PATCH) ? 2 : 1;
}
