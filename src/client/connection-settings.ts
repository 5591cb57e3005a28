import type { ConnectionOptions } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { durationFault, ifGiven, MAX_WAIT_MS } from '../contracts/number-fault.ts';
import { livingServer, readServerRecord } from '../dev/server-record.ts';
import { profileFile, temporalProfile } from './temporal-profile.ts';

const DEFAULT_ADDRESS = '127.0.0.1:7233';

export type ConnectionSettings = {
  connectionOptions: ConnectionOptions & { address: string };
  namespace: string;
  /** How long a call may take, in milliseconds. @default 10000 */
  callTimeoutMs?: number;
  /** What says where Temporal is, for people. */
  source: string;
  /** What names another place and is not followed, or what belongs to one, for people. */
  ignored?: string;
  /** Whether that is the embedded server of the data folder. */
  isEmbedded: boolean;
};

const addressOf = ({ port }: { port: number }) => `127.0.0.1:${port}`;

/**
 * The address that this shell names for its Temporal, with its source: TEMPORAL_ADDRESS, or the profile that
 * TEMPORAL_PROFILE or TEMPORAL_CONFIG_FILE names. `baton dev` starts no server then. The default profile of a user's
 * `temporal.toml` is no such word: it is there for every program, and `baton dev` brings a server of its own.
 *
 * @throws BatonError `InvalidInput`, code `bad_setting`, naming the file and what is wrong with it
 */
export function namedTemporal(env: NodeJS.ProcessEnv = process.env): { address: string; source: string } | undefined {
  if (env.TEMPORAL_ADDRESS) return { address: env.TEMPORAL_ADDRESS, source: 'TEMPORAL_ADDRESS' };
  if (!env.TEMPORAL_PROFILE && !env.TEMPORAL_CONFIG_FILE) return undefined;
  const file = profileFile(env);
  return file.address ? { address: file.address, source: file.source } : undefined;
}

/** The default profile of the user's file, if it names an address; one that cannot be read names none. */
function defaultProfile() {
  try {
    const { address, source } = profileFile();
    return address ? { address, source } : undefined;
  } catch {
    return undefined;
  }
}

const differs = (found: string, other: ReturnType<typeof defaultProfile>) =>
  other && other.address !== found ? `${other.source} names ${other.address}, which is not used` : undefined;

/** Settings of a Temporal elsewhere, which the embedded server would refuse. */
const FOREIGN_SETTINGS = /^TEMPORAL_(NAMESPACE|API_KEY|TLS|TLS_.+)$/;

function ignoredByEmbedded(address: string): string | undefined {
  const variables = Object.keys(process.env).filter((name) => FOREIGN_SETTINGS.test(name) && process.env[name]);
  const foreign = variables.length > 0 ? `${variables.join(', ')}: not for the embedded server` : undefined;
  return [differs(address, defaultProfile()), foreign].filter(Boolean).join('; ') || undefined;
}

type Options = {
  address?: string;
  namespace?: string;
  /** How long a server may take to answer at first; Temporal's own 10 s make a wrong address look like a hang. @default 4000 */
  connectTimeoutMs?: number;
  /** How long a call may take, in milliseconds. @default 10000 */
  callTimeoutMs?: number;
  dataDir: string;
};

/**
 * Where Temporal is: what the caller says, then what this shell names (`namedTemporal`), then the embedded server that
 * runs in the data folder, then the default profile of the user's `temporal.toml`, then the embedded server that ran here
 * last, then Temporal's default address. The embedded server takes no settings of another Temporal: its namespace is
 * `default`, without TLS and without a key.
 *
 * @throws BatonError `InvalidInput`, code `bad_setting`, naming the variable or file and what is wrong with it
 */
export function connectionSettings(options: Options): ConnectionSettings {
  const { address, namespace, connectTimeoutMs: connectTimeout = 4_000, callTimeoutMs, dataDir } = options;
  for (const [name, value] of Object.entries({ connectTimeoutMs: connectTimeout, callTimeoutMs })) {
    const fault = ifGiven(value, (ms) => durationFault(ms, { most: MAX_WAIT_MS }));
    if (fault) throw new BatonError('InvalidInput', `${name} ${fault}`, { code: 'bad_setting' });
  }
  const recorded = readServerRecord(dataDir);
  const embedded = recorded && addressOf(recorded);
  const named = address === undefined ? namedTemporal() : undefined;
  const profile = () => (address === undefined && !named ? defaultProfile() : undefined);
  const lives = () => livingServer(dataDir) !== undefined;
  const isEmbedded =
    embedded !== undefined && !named && (address === undefined ? lives() || !profile() : address === embedded);

  if (isEmbedded) {
    return {
      connectionOptions: { connectTimeout, address: embedded },
      namespace: namespace ?? 'default',
      callTimeoutMs,
      source: `the embedded server of ${dataDir}`,
      ignored: ignoredByEmbedded(embedded),
      isEmbedded,
    };
  }
  const given = temporalProfile();
  const found = address ?? given.connectionOptions.address ?? DEFAULT_ADDRESS;
  const byFile = named ?? profile();
  return {
    connectionOptions: { connectTimeout, ...given.connectionOptions, address: found },
    // Easily forgotten: a client made from the connection alone talks to `default`, whatever the profile says.
    namespace: namespace ?? given.namespace ?? 'default',
    callTimeoutMs,
    source: address === undefined ? (byFile?.source ?? "Temporal's default address") : 'what the caller says',
    ignored:
      address === undefined && named?.source === 'TEMPORAL_ADDRESS' ? differs(found, defaultProfile()) : undefined,
    isEmbedded,
  };
}
