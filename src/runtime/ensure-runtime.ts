import { Runtime, type RuntimeOptions } from '@temporalio/worker';

/** Installs the SDK's runtime; one that the process has already stays as it is. */
export function ensureRuntime(options: RuntimeOptions): void {
  try {
    Runtime.install(options);
  } catch {
    // There is one: the SDK allows no second.
  }
}
