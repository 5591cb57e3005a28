import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

const DEFAULT_ADDRESS = '127.0.0.1:7233';

/** Address of the embedded server of this data folder, if one was started there. */
function embeddedAddress(dataDir: string): string | undefined {
  try {
    const { port } = JSON.parse(readFileSync(join(dataDir, 'temporal.json'), 'utf8')) as { port?: number };
    return port === undefined ? undefined : `127.0.0.1:${port}`;
  } catch {
    return undefined;
  }
}

/**
 * Where Temporal is: what the caller says, then Temporal's own environment and profile, then the embedded server of the
 * data folder, then Temporal's default address.
 */
export function connectionSettings({
  address,
  namespace,
  dataDir,
}: {
  address?: string;
  namespace?: string;
  dataDir: string;
}): { connectionOptions: ConnectionOptions & { address: string }; namespace: string } {
  const profile = loadClientConnectConfig();
  const found = address ?? profile.connectionOptions.address ?? embeddedAddress(dataDir) ?? DEFAULT_ADDRESS;
  return {
    connectionOptions: { ...(profile.connectionOptions as ConnectionOptions), address: found },
    // Easily forgotten: a client made from the connection alone talks to `default`, whatever the profile says.
    namespace: namespace ?? profile.namespace ?? 'default',
  };
}
