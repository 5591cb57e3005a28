import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Errors only: failures are what most tests are about, and the SDK's logs of them would bury those of the tests. */
export function quietRuntime() {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  } catch {
    // The recorder of histories works in the process of global set-up, which has a runtime already.
  }
}
