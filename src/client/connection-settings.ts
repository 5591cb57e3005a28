import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from '@temporalio/client';
import { temporalProfile } from './temporal-profile.ts';

const DEFAULT_ADDRESS = '127.0.0.1:7233';

export type ConnectionSettings = {
  connectionOptions: ConnectionOptions & { address: string };
  namespace: string;
  /** How long a call may take, in milliseconds. @default 10000 */
  callTimeoutMs?: number;
};

/** Address of the embedded server of this data folder, if one was started there. */
function embeddedAddress(dataDir: string): string | undefined {
  try {
    const { port } = JSON.parse(readFileSync(join(dataDir, 'temporal.json'), 'utf8')) as { port?: unknown };
    return Number.isInteger(port) ? `127.0.0.1:${port}` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where Temporal is: what the caller says, then Temporal's own environment and profile, then the embedded server of the
 * data folder, then Temporal's default address.
 *
 * @throws BatonError `InvalidInput`, code `bad_setting`, naming the variable or file and what is wrong with it
 */
export function connectionSettings({
  address,
  namespace,
  connectTimeoutMs = 4_000,
  callTimeoutMs,
  dataDir,
}: {
  address?: string;
  namespace?: string;
  /** How long a server may take to answer at first; Temporal's own 10 s make a wrong address look like a hang. @default 4000 */
  connectTimeoutMs?: number;
  /** How long a call may take, in milliseconds. @default 10000 */
  callTimeoutMs?: number;
  dataDir: string;
}): ConnectionSettings {
  const profile = temporalProfile();
  const found = address ?? profile.connectionOptions.address ?? embeddedAddress(dataDir) ?? DEFAULT_ADDRESS;
  return {
    connectionOptions: { connectTimeout: connectTimeoutMs, ...profile.connectionOptions, address: found },
    // Easily forgotten: a client made from the connection alone talks to `default`, whatever the profile says.
    namespace: namespace ?? profile.namespace ?? 'default',
    callTimeoutMs,
  };
}
