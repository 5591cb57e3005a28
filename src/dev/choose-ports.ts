import { BatonError } from '../contracts/baton-error.ts';
import { freePort } from './free-port.ts';

/** Ports to try first: Temporal's own, so that its tools find the server without being told. */
const FIRST = { port: 7233, uiPort: 8233 };

async function anyFree(preferred: number[]): Promise<number> {
  for (const port of [...preferred, 0]) {
    const free = await freePort(port);
    if (free !== undefined) return free;
  }
  throw new BatonError('NetworkError', 'no port of 127.0.0.1 is free');
}

/**
 * Ports for the embedded server: the wished one, those it had last time (so that links go on working), Temporal's
 * usual ones, else any.
 *
 * @throws BatonError `InvalidInput` naming the wished port when it is taken
 */
export async function choosePorts({
  wished,
  last,
}: {
  wished?: number;
  last?: { port: number; ui_port: number };
}): Promise<{ port: number; uiPort: number }> {
  if (wished !== undefined && (await freePort(wished)) === undefined) {
    const remedy = `choose another by --port, or stop what listens there`;
    throw new BatonError('InvalidInput', `port ${wished} of 127.0.0.1 is in use: ${remedy}`);
  }
  const port = wished ?? (await anyFree(last ? [last.port, FIRST.port] : [FIRST.port]));
  return { port, uiPort: await anyFree(last ? [last.ui_port, FIRST.uiPort] : [FIRST.uiPort]) };
}
