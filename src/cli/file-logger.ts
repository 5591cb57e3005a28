import type { Logger } from '@temporalio/worker';
import { pino } from 'pino';
import { sdkLogger } from './sdk-logger.ts';

/**
 * Logs of the Temporal SDK, of workflows and of agents, as JSON lines in a file: on the terminal they would tear the
 * live view apart.
 */
export function fileLogger({ path }: { path: string }): Logger {
  // Written at once: what a killed process was doing is what one looks for here.
  const destination = pino.destination({ dest: path, mkdir: true, sync: true });
  return sdkLogger(pino({ level: 'info', base: { pid: process.pid } }, destination));
}
