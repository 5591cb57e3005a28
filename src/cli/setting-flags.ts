import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Flags, SettingName } from '../settings/resolve-settings.ts';
import { shownDefault, type Role, type Setting } from '../settings/setting.ts';
import { SETTINGS } from '../settings/settings.ts';

type Taker = Role | 'doctor';
type Flagged = { name: SettingName; row: Setting; flag: string };

function flagsFor(taker: Taker): Flagged[] {
  return Object.entries(SETTINGS as Record<string, Setting>).flatMap(([name, row]) =>
    row.flag !== undefined && row.on?.includes(taker) ? [{ name: name as SettingName, row, flag: row.flag }] : [],
  );
}

function helpOf({ row }: Flagged, taker: Taker): string {
  const plain = row.meaning.replaceAll('`', '');
  const unset = shownDefault(row, taker === 'doctor' ? 'client' : taker).replaceAll('`', '');
  return `${plain} (${row.env ? `${row.env}, ` : ''}default: ${unset})`;
}

/** Gives a command the flags that the table of settings has for it. */
export function addSettingFlags(command: Command, taker: Taker): Command {
  for (const flagged of flagsFor(taker)) {
    const option = new Option(flagged.flag, helpOf(flagged, taker));
    if (!option.negate) {
      option.argParser((text) => {
        const parsed = flagged.row.schema.safeParse(text);
        // Parsed again with everything else; here it is refused in the words of the command line.
        if (!parsed.success) throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message ?? 'is refused'}.`);
        return text;
      });
    }
    command.addOption(option);
  }
  return command;
}

/** The settings that a command got as flags, for `loadConfig`. */
export function settingFlags(command: Command, taker: Taker): Flags {
  const given = flagsFor(taker).flatMap(({ name, flag }) => {
    const option = new Option(flag);
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== 'cli') return [];
    return [[name, option.negate ? '0' : (command.getOptionValue(key) as string)]];
  });
  return Object.fromEntries(given) as Flags;
}
