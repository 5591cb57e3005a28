import { Connection } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { callInterceptors } from './call-deadline.ts';
import { checkServer } from './check-server.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { channelArgs, proxyVariable } from '../temporal/loopback.ts';
import { explainSilence } from './explain-silence.ts';
import { toBatonError } from './to-baton-error.ts';

/** Settings whose source is not known are those of a caller that has told it already. */
type Settings = Omit<ConnectionSettings, 'source' | 'isEmbedded'> & { source?: string };

/** What became of a connection that did not come about, as an error that names the setting. */
async function connectFailure(cause: unknown, settings: Settings) {
  const { connectionOptions, namespace, source } = settings;
  const { address } = connectionOptions;
  if (cause instanceof TypeError) {
    const message = `Temporal's address "${address}" (TEMPORAL_ADDRESS) must be HOST:PORT: ${cause.message}`;
    return new BatonError('InvalidInput', message, { code: 'bad_setting', cause });
  }
  const told = toBatonError(cause, { address, namespace });
  if (told instanceof BatonError && told.type !== 'NetworkError') return told;
  const variable = proxyVariable(address);
  const way = variable === undefined ? '' : ` by way of the proxy in ${variable} (no_proxy names what needs none)`;
  const named = source === undefined ? '' : ` (this address is by ${source})`;
  const message = `Temporal does not answer at ${address}${way}: ${await explainSilence(connectionOptions)}${named}`;
  return new BatonError('NetworkError', message, { cause });
}

/**
 * Connects to Temporal, without looking at what is there. Every call of the connection has a deadline.
 *
 * @throws BatonError `NetworkError` or `InvalidInput` naming the address, what is the matter and the setting to change
 */
export async function openPlainConnection(settings: Settings): Promise<Connection> {
  let connection: Connection | undefined;
  try {
    const { connectionOptions, callTimeoutMs } = settings;
    connection = Connection.lazy({
      interceptors: callInterceptors(callTimeoutMs),
      channelArgs: channelArgs(connectionOptions.address),
      ...connectionOptions,
    });
    await connection.ensureConnected();
    return connection;
  } catch (cause) {
    await connection?.close();
    throw await connectFailure(cause, settings);
  }
}

/**
 * Connects to Temporal and makes sure that what Baton needs is there.
 *
 * @throws BatonError as `openPlainConnection`, and `InvalidInput` with code `server_too_old`, `namespace_missing` or
 *   `search_attributes_missing`
 */
export async function openConnection(settings: Settings): Promise<Connection> {
  const connection = await openPlainConnection(settings);
  const { connectionOptions, namespace } = settings;
  try {
    await checkServer(connection, { address: connectionOptions.address, namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
