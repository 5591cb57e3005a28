import type { Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Command } from 'commander';
import { connectionSettings } from '../client/connection-settings.ts';
import { openPlainConnection } from '../client/open-connection.ts';
import { loadConfig, type Config } from '../config.ts';
import { check, type Check } from './doctor/check.ts';
import { checkBinding } from './doctor/check-binding.ts';
import { checkDurability } from './doctor/check-durability.ts';
import { checkMachine } from './doctor/check-machine.ts';
import { checkPayloads } from './doctor/check-payloads.ts';
import { checkSpeed } from './doctor/check-speed.ts';
import { checkTemporal } from './doctor/check-temporal.ts';
import { settingsInForce, type SettingRow } from './doctor/settings-in-force.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { table } from './table.ts';
import type { Flags } from '../settings/resolve-settings.ts';

type Options = { fix?: boolean; rebind?: boolean; json?: boolean };

async function checkServer(config: Config, modules: string[], { fix = false, rebind = false }: Options) {
  const { dataDir, retentionDays, taskQueue } = config;
  const settings = connectionSettings({ dataDir });
  const { connectionOptions, namespace } = settings;
  let connection: Connection | undefined;
  const reached = await check('temporal', async () => {
    connection = await openPlainConnection(settings);
    const { source, ignored } = settings;
    return { state: 'ok', found: `${connectionOptions.address}, by ${source}${ignored ? `; ${ignored}` : ''}` };
  });
  if (!connection) return [reached];
  try {
    const options = { connection, namespace };
    const { address } = connectionOptions;
    const { checks, hasNamespace } = await checkTemporal({ ...options, address, retentionDays, fix });
    const server = [reached, ...checks];
    // A worker of a namespace that does not exist polls it for ever.
    if (!hasNamespace) return server;
    const temporal = { ...options, address };
    const bound = await checkBinding({ config, temporal, rebind, modules, taskQueue });
    // Whoever rebinds is in a hurry, and changes nothing of how fast the server is.
    if (rebind) return [...server, bound];
    const speed = await checkSpeed({ ...options, connectionOptions: connectionOptions as NativeConnectionOptions });
    return [...server, bound, ...speed];
  } finally {
    await connection.close();
  }
}

function asText(checks: Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, state, found, remedy }) => {
    const line = `${state.padEnd(4)}  ${name.padEnd(width)}  ${found}`;
    return remedy ? `${line}\n${' '.repeat(width + 8)}${remedy}` : line;
  });
  return `${lines.join('\n')}\n`;
}

function settingsText(rows: SettingRow[]): string {
  const lines = rows.map(({ name, state, found, remedy, source }) => [
    name,
    state === 'ok' ? found : `${state}: ${found}${remedy ? `; ${remedy}` : ''}`,
    source,
  ]);
  return table(['SETTING', 'VALUE IN FORCE', 'FROM'], lines);
}

async function doctor(modules: string[], options: Options, flags: Flags): Promise<void> {
  const configOf = () => loadConfig(process.env, { flags });
  const settings = settingsInForce({ flags, configOf });
  const isUsable = !settings.some(({ state }) => state === 'bad');
  const checks = isUsable ? await allChecks(configOf(), modules, options) : [];
  const text = () => [checks.length > 0 ? `${asText(checks)}\n` : '', settingsText(settings)].join('');
  process.stdout.write(options.json ? `${JSON.stringify([...checks, ...settings], null, 2)}\n` : text());
  process.exitCode = isUsable && !checks.some(({ state }) => state === 'bad') ? 0 : 1;
}

async function allChecks(config: Config, modules: string[], options: Options): Promise<Check[]> {
  const machine = [...(await checkMachine(config)), ...(await checkDurability(config)), await checkPayloads(config)];
  return [...machine, ...(await checkServer(config, modules, options))];
}

export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .argument('[modules...]', 'with --rebind: modules of the apps whose agents may have something to undo')
    .description('check this machine and the Temporal server, say what to change, and print the settings in force')
    .option('--fix', "set the namespace's retention and register search attributes")
    .option('--rebind', 'bind the log to the Temporal that is reached now, and end the open runs that it does not have')
    .option('--json', 'print JSON');
  addSettingFlags(command, 'doctor').action((modules: string[], options: Options) =>
    doctor(modules, options, settingFlags(command, 'doctor')),
  );
}
