import { createRequire } from 'node:module';
import { extname } from 'node:path';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';

const { Worker } = workerThreads;
const OURS = new URL(`./workflow-thread${extname(import.meta.url)}`, import.meta.url);

/** The file of the SDK's threads; undefined where another version of the SDK has none of that name. */
function fileOfTheirs(): string | undefined {
  const ofSdk = createRequire(createRequire(import.meta.url).resolve('@temporalio/worker'));
  try {
    return ofSdk.resolve('./workflow/workflow-worker-thread');
  } catch {
    return undefined;
  }
}

const THEIRS = fileOfTheirs();

class WorkflowThread extends Worker {
  constructor(file: string | URL, options?: WorkerOptions) {
    if (THEIRS !== undefined && file === THEIRS) super(OURS, { ...options, workerData: THEIRS });
    else super(file, options);
  }
}

/**
 * Lets the SDK's threads for workflow code outlive whatever that code leaves behind. Their handler of failed promises makes
 * text of what was thrown; where that throws, as for an object without a prototype, the thread ended, and the worker
 * with it. The SDK has no option for what its threads load, so they are made from here. To be called before a
 * worker is created; threads of anybody else stay what they are, and so do the SDK's where it has moved their file.
 */
export function guardWorkflowThreads(): void {
  if (workerThreads.Worker === Worker) Object.assign(workerThreads, { Worker: WorkflowThread });
}
