import { redactText } from '../contracts/redact.ts';
import { withoutPassword } from '../contracts/without-password.ts';
import type { Role, Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

export type SettingName = keyof typeof SETTINGS;
export type SettingValues = { [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never };

/** Flags as a command got them, before they are parsed. */
export type Flags = Partial<Record<SettingName, string>>;

export type Resolved = {
  name: SettingName;
  row: Setting;
  source: 'flag' | 'environment' | 'default';
  /** As it was written; undefined where nothing is set and there is no default. */
  text: string | undefined;
  value: unknown;
  /** What is wrong with it, in words that follow its name. */
  fault?: string;
};

export type Given = {
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
  /** Whose defaults apply. @default 'client' */
  role?: Role;
  /** Flags of the command; they win over the environment. @default {} */
  flags?: Flags;
};

function written(name: SettingName, { env = process.env, role = 'client', flags = {} }: Given) {
  const row: Setting = SETTINGS[name];
  const flag = flags[name];
  if (flag !== undefined) return { row, source: 'flag' as const, text: flag };
  const variable = row.env === undefined ? undefined : env[row.env];
  // A variable that is set to nothing is as good as unset, but a secret that was forgotten is not.
  if (variable || (variable === '' && row.secret)) return { row, source: 'environment' as const, text: variable };
  return { row, source: 'default' as const, text: row.initialOf?.[role] ?? row.initial };
}

/** Each setting with the value in force, where that comes from, and what is wrong with it; refuses nothing. */
export function resolveSettings(given: Given = {}): Resolved[] {
  return (Object.keys(SETTINGS) as SettingName[]).map((name): Resolved => {
    const { row, source, text } = written(name, given);
    if (text === undefined) return { name, row, source, text, value: undefined };
    const parsed = row.schema.safeParse(text);
    if (parsed.success) return { name, row, source, text, value: parsed.data };
    return { name, row, source, text, value: undefined, fault: parsed.error.issues[0]?.message ?? 'is refused' };
  });
}

/** A setting's text as anybody may read it: a secret is no less one for being too short. */
export function shownText(text: string, { secret }: Pick<Setting, 'secret'>): string {
  return secret ? '…' : redactText(withoutPassword(text));
}
