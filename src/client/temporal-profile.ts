import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';
import {
  loadClientConfig,
  loadClientConfigProfile,
  toClientOptions,
  type ClientConfigProfile,
  type ClientConfigTLS,
} from '@temporalio/envconfig';
import { BatonError } from '../contracts/baton-error.ts';

const FILE = 'TEMPORAL_CONFIG_FILE';

/** Each part of a TLS setting as its owner knows it: the variable, and the key of the profile. */
const TLS_PARTS: Record<'clientCert' | 'clientKey' | 'serverCACert', string> = {
  clientCert: 'TEMPORAL_TLS_CLIENT_CERT_PATH (client_cert_path)',
  clientKey: 'TEMPORAL_TLS_CLIENT_KEY_PATH (client_key_path)',
  serverCACert: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH (server_ca_cert_path)',
};

function refuse(message: string, cause?: unknown): never {
  throw new BatonError('InvalidInput', message, { code: 'bad_setting', cause });
}

/** In words without the lines of the file: one of them may be an API key. */
function fileFault(error: Error, file: string, overrideEnvVars: Record<string, string>): never {
  const [, missing] = /^Profile '(.*)' not found/.exec(error.message) ?? [];
  if (missing !== undefined) {
    const known = Object.keys(loadClientConfig({ overrideEnvVars }).profiles).join(', ');
    refuse(`Temporal's ${file} has no profile "${missing}" (TEMPORAL_PROFILE); it has: ${known || 'none'}`, error);
  }
  const [what = ''] = error.message.split('\n');
  const { line } = error as { line?: number };
  const where = line === undefined ? '' : ` at line ${line}`;
  // An error of JavaScript tells of tables that are not there.
  const why = error instanceof TypeError ? 'it holds no table [profile.NAME]' : what;
  refuse(`Temporal's ${file} cannot be read${where}: ${why}; correct it, or set ${FILE} to another one`, error);
}

/** A variable that is set to nothing is as good as unset, and Temporal's loader would take it for an empty address. */
const settingsOf = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])));

/** Folder of a user's settings where Temporal looks for its file; undefined where there is no home. */
function configFolder({ HOME, XDG_CONFIG_HOME, APPDATA }: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'win32') return APPDATA;
  if (process.platform === 'darwin') return HOME && join(HOME, 'Library', 'Application Support');
  return XDG_CONFIG_HOME || (HOME && join(HOME, '.config'));
}

/** The config file that Temporal's loader reads, which need not be there. */
function fileOf(env: NodeJS.ProcessEnv): string | undefined {
  const folder = configFolder(env);
  return env[FILE] || (folder && join(folder, 'temporalio', 'temporal.toml'));
}

function loadProfile(env: NodeJS.ProcessEnv, disableEnv = false): ClientConfigProfile {
  const named = env[FILE];
  if (named && !existsSync(named)) refuse(`${FILE}=${named}: there is no such file`);
  const file = named ? `config file ${named} (${FILE})` : `config file ${fileOf(env) ?? ''}`;
  const overrideEnvVars = settingsOf(env);
  // A home that is no folder, such as /dev/null, or that may not be read, has no such file, and is no fault of it.
  const disableFile = !named && !env.TEMPORAL_PROFILE && !existsSync(fileOf(env) ?? '');
  if (disableFile && disableEnv) return {};
  try {
    return loadClientConfigProfile({ overrideEnvVars, disableEnv, disableFile });
  } catch (error) {
    return fileFault(error as Error, file, overrideEnvVars);
  }
}

/**
 * The address in Temporal's config file alone, without the variables that win over it, and how to name the place.
 *
 * @throws BatonError `InvalidInput`, code `bad_setting`, naming the file and what is wrong with it
 */
export function profileFile(env: NodeJS.ProcessEnv = process.env): { address?: string; source: string } {
  const { address } = loadProfile(env, true);
  return { address, source: `profile ${env.TEMPORAL_PROFILE || 'default'} of ${fileOf(env)}` };
}

/** Half a pair would be dropped without a word, and the connection made without a certificate. */
function checkPair({ clientCert, clientKey }: ClientConfigTLS): void {
  if (!clientCert === !clientKey) return;
  const [have, lack] = clientCert ? (['clientCert', 'clientKey'] as const) : (['clientKey', 'clientCert'] as const);
  refuse(`${TLS_PARTS[have]} needs ${TLS_PARTS[lack]} beside it: a client certificate is a pair`);
}

function unreadable(error: NodeJS.ErrnoException, tls: ClientConfigTLS): never {
  const part = (Object.keys(TLS_PARTS) as (keyof typeof TLS_PARTS)[]).find((name) => {
    const source = tls[name];
    return source && 'path' in source && source.path === error.path;
  });
  refuse(`${part ? TLS_PARTS[part] : 'a TLS file'}: ${error.path} cannot be read: ${error.message}`, error);
}

function checkCertificates({ tls }: Pick<ConnectionOptions, 'tls'>): void {
  if (typeof tls !== 'object' || tls === null) return;
  const { clientCertPair: pair, serverRootCACertificate: ca } = tls;
  try {
    if (ca) createSecureContext({ ca: Buffer.from(ca) });
  } catch (error) {
    refuse(`${TLS_PARTS.serverCACert}: not a certificate in PEM: ${(error as Error).message}`, error);
  }
  try {
    if (pair) createSecureContext({ cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) });
  } catch (error) {
    const names = `${TLS_PARTS.clientCert} and ${TLS_PARTS.clientKey}`;
    refuse(`${names}: not a certificate and its key in PEM: ${(error as Error).message}`, error);
  }
}

/**
 * What Temporal's own environment variables and config file say of the connection.
 *
 * @throws BatonError `InvalidInput`, code `bad_setting`, naming the variable or file and what is wrong with it
 */
export function temporalProfile(env: NodeJS.ProcessEnv = process.env) {
  const profile = loadProfile(env);
  const { tls = {}, apiKey } = profile;
  checkPair(tls);
  if (apiKey !== undefined && tls.disabled) {
    const off = 'TEMPORAL_TLS=false or tls.disabled';
    refuse(
      `TEMPORAL_API_KEY (api_key) would be sent for anybody to read, as TLS is off (${off}): set one of them only`,
    );
  }
  let options: ReturnType<typeof toClientOptions>;
  try {
    options = toClientOptions(profile);
  } catch (error) {
    return unreadable(error as NodeJS.ErrnoException, tls);
  }
  const connectionOptions = options.connectionOptions as ConnectionOptions;
  checkCertificates(connectionOptions);
  return { connectionOptions, namespace: options.namespace };
}
