import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectionSettings } from '../../client/connection-settings.ts';
import type { Config } from '../../config.ts';
import { nearestName } from '../../contracts/nearest-names.ts';
import { FOREIGN_SETTINGS } from '../../settings/foreign-settings.ts';
import { resolveSettings, shownText, type Flags, type Resolved } from '../../settings/resolve-settings.ts';
import { shownDefault } from '../../settings/setting.ts';
import type { Check } from './check.ts';

/** A setting with its value, and where that comes from: a flag, the environment, a file or the default. */
export type SettingRow = Check & { source: string };

/** A terminal's line has no room for more of a value. */
const MAX_SHOWN = 120;

const short = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
const shown = (text: string, secret?: true) => (secret ? 'set, not shown' : short(shownText(text, {})) || 'none');

function ownRow({ row, source, text, fault }: Resolved): SettingRow {
  const name = row.env ?? `${row.flag?.split(' ')[0]} of ${row.on?.join(', ')}`;
  if (fault !== undefined) {
    return { name, state: 'bad', found: `${short(shownText(text ?? '', row))}: ${fault}`, source };
  }
  const found = source === 'default' ? shownDefault(row).replaceAll('`', '') : shown(text ?? '', row.secret);
  return { name, state: 'ok', found, source };
}

/** Settings of the stores as paths, and the secret that the data folder has. */
function derived(row: SettingRow, { dataDir, storeUrl, payloads, jwt }: Config): SettingRow {
  const secret = join(dataDir, 'jwt-secret');
  const found: Record<string, string> = {
    BATON_DATA_DIR: dataDir,
    BATON_LOG: storeUrl,
    BATON_STORE: payloads.storeUrl,
  };
  if (row.name === 'BATON_JWT_SECRET' && row.source === 'default' && !jwt.jwksUrl && existsSync(secret)) {
    return { ...row, found: 'set, not shown', source: `file ${secret}` };
  }
  return found[row.name] === undefined ? row : { ...row, found: shown(found[row.name] ?? '') };
}

/** Where Temporal is, by whatever says so; a setting of Temporal's that cannot be read is one bad row. */
function temporalRows(dataDir: string, env: NodeJS.ProcessEnv): SettingRow[] {
  try {
    const { connectionOptions, namespace, source, isEmbedded } = connectionSettings({ dataDir });
    const ofFile = isEmbedded || source.startsWith('profile') ? source : "profile of Temporal's config file";
    const from = (name: string, isDefault = false) =>
      env[name] && !isEmbedded ? 'environment' : isDefault ? 'default' : `file: ${ofFile}`;
    const { address, apiKey } = connectionOptions;
    const isOwnDefault = !isEmbedded && !source.startsWith('profile');
    const rows = [
      { name: 'TEMPORAL_ADDRESS', found: address, source: from('TEMPORAL_ADDRESS', isOwnDefault) },
      { name: 'TEMPORAL_NAMESPACE', found: namespace, source: from('TEMPORAL_NAMESPACE', namespace === 'default') },
      { name: 'TEMPORAL_API_KEY', found: apiKey && 'set, not shown', source: from('TEMPORAL_API_KEY') },
    ];
    return rows.flatMap(({ found, ...row }) => (found ? [{ ...row, state: 'ok' as const, found }] : []));
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [{ name: 'TEMPORAL_ADDRESS', state: 'bad', found, source: 'environment or file' }];
  }
}

function foreignRows(rows: SettingRow[], env: NodeJS.ProcessEnv): SettingRow[] {
  return FOREIGN_SETTINGS.flatMap(({ env: name, secret }): SettingRow[] => {
    const known = rows.find((row) => row.name === name);
    const text = env[name];
    if (known || !text) return known ? [known] : [];
    return [{ name, state: 'ok', found: shown(text, secret), source: 'environment' }];
  });
}

/** Variables that look like Baton's and are not: a misspelled one would be ignored without a word. */
function unknownRows(known: string[], env: NodeJS.ProcessEnv): SettingRow[] {
  const unknown = Object.keys(env).filter(
    (name) => /^BATON_(?!TEST_)/.test(name) && env[name] && !known.includes(name),
  );
  return unknown.map((name) => {
    const nearest = nearestName(name, known);
    const remedy = nearest ? `did you mean ${nearest}?` : 'docs/settings.md lists the settings; unset it';
    return { name, state: 'risk', found: 'not a setting, ignored', remedy, source: 'environment' };
  });
}

type Options = { flags: Flags; env?: NodeJS.ProcessEnv; configOf: () => Config };

/** Every setting with the value in force and its source. Secrets are masked; without a usable configuration some rows are bad. */
export function settingsInForce({ flags, env = process.env, configOf }: Options): SettingRow[] {
  const own = resolveSettings({ flags, env }).map(ownRow);
  const unknown = unknownRows(
    [...own, ...FOREIGN_SETTINGS.map(({ env: name }) => ({ name }))].map(({ name }) => name),
    env,
  );
  if (own.some(({ state }) => state === 'bad')) return [...own, ...unknown];
  const config = configOf();
  const temporal = temporalRows(config.dataDir, env);
  return [...own.map((row) => derived(row, config)), ...foreignRows(temporal, env), ...unknown];
}
