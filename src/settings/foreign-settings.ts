import type { Described } from './setting.ts';

type Row = Described & { env: string; unset: string };

const RUNS = ['dev', 'worker', 'gateway', 'client'] as const;
const EVERY = [...RUNS, 'codec'] as const;

/**
 * Variables that others read: Temporal's SDK, or Baton before its settings are there. No flag stands for them, and
 * `loadConfig` does not parse them.
 */
export const FOREIGN_SETTINGS: readonly Row[] = [
  {
    env: 'TEMPORAL_ADDRESS',
    roles: RUNS,
    unset: "the profile's, the embedded server of the data folder, else 127.0.0.1:7233",
    meaning: 'address of Temporal; with it `baton dev` starts no server',
  },
  { env: 'TEMPORAL_NAMESPACE', roles: RUNS, unset: "the profile's, else `default`", meaning: 'namespace of Temporal' },
  { env: 'TEMPORAL_API_KEY', roles: RUNS, unset: "the profile's", meaning: 'key of Temporal Cloud', secret: true },
  { env: 'TEMPORAL_PROFILE', roles: RUNS, unset: '`default`', meaning: 'profile of the config file' },
  {
    env: 'TEMPORAL_CONFIG_FILE',
    roles: RUNS,
    unset: '`temporalio/temporal.toml` in the folder of your settings',
    meaning: "Temporal's config file, whose profiles name address, namespace, key and TLS",
  },
  { env: 'TEMPORAL_TLS', roles: RUNS, unset: 'on with an API key or a certificate', meaning: '`true` or `false`' },
  ...['CLIENT_CERT', 'CLIENT_KEY', 'SERVER_CA_CERT'].flatMap((part): Row[] => {
    const what = part.toLowerCase().replaceAll('_', ' ');
    const unset = "the profile's";
    return [
      { env: `TEMPORAL_TLS_${part}_PATH`, roles: RUNS, unset, meaning: `file of the ${what} in PEM` },
      { env: `TEMPORAL_TLS_${part}_DATA`, roles: RUNS, unset, meaning: `the ${what} itself`, secret: true },
    ];
  }),
  { env: 'TEMPORAL_TLS_SERVER_NAME', roles: RUNS, unset: "the address's", meaning: "name in the server's certificate" },
  {
    env: 'TEMPORAL_CLI_PATH',
    roles: ['dev'],
    unset: '`temporal` on PATH, else the one that was fetched',
    meaning: 'the Temporal CLI, which runs the embedded server',
  },
  {
    env: 'BATON_CACHE_DIR',
    roles: EVERY,
    unset: '`.cache` in a checkout, else `baton-agents` in the user cache folder',
    meaning: 'folder of what is fetched and compiled: the Temporal CLI, bundles',
  },
  { env: 'BATON_DEBUG', roles: EVERY, unset: 'messages only', meaning: '`1` prints errors with their stack' },
  {
    env: 'BATON_TEST_ADDRESS',
    roles: ['client'],
    unset: 'a server of its own',
    meaning: 'Temporal server that `testApp` uses',
  },
];
