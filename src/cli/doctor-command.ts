import type { Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Command } from 'commander';
import { connectionSettings } from '../client/connection-settings.ts';
import { openPlainConnection } from '../client/open-connection.ts';
import { loadConfig, type Config } from '../config.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import { check, type Check } from './doctor/check.ts';
import { checkBinding } from './doctor/check-binding.ts';
import { checkDurability } from './doctor/check-durability.ts';
import { checkMachine } from './doctor/check-machine.ts';
import { checkPayloads } from './doctor/check-payloads.ts';
import { checkSpeed } from './doctor/check-speed.ts';
import { checkTemporal } from './doctor/check-temporal.ts';

type Options = { fix?: boolean; rebind?: boolean; taskQueue: string; json?: boolean };

async function checkServer(config: Config, modules: string[], { fix = false, rebind = false, taskQueue }: Options) {
  const { dataDir, retentionDays } = config;
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

async function doctor(modules: string[], options: Options): Promise<void> {
  const config = loadConfig();
  const machine = [...(await checkMachine(config)), ...(await checkDurability(config)), await checkPayloads(config)];
  const checks = [...machine, ...(await checkServer(config, modules, options))];
  process.stdout.write(options.json ? `${JSON.stringify(checks, null, 2)}\n` : asText(checks));
  process.exitCode = checks.some(({ state }) => state === 'bad') ? 1 : 0;
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .argument('[modules...]', 'with --rebind: modules of the apps whose agents may have something to undo')
    .description('check this machine and the Temporal server, and say what to change')
    .option('--fix', "set the namespace's retention and register search attributes")
    .option('--rebind', 'bind the log to the Temporal that is reached now, and end the open runs that it does not have')
    .option('--task-queue <name>', 'with --rebind: queue of the workers that undo what those runs did', TASK_QUEUE)
    .option('--json', 'print JSON')
    .action(doctor);
}
