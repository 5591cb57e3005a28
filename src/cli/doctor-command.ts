import type { Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Command } from 'commander';
import { connectionSettings } from '../client/connection-settings.ts';
import { openPlainConnection } from '../client/open-connection.ts';
import { loadConfig } from '../config.ts';
import { check, type Check } from './doctor/check.ts';
import { checkMachine } from './doctor/check-machine.ts';
import { checkPayloads } from './doctor/check-payloads.ts';
import { checkSpeed } from './doctor/check-speed.ts';
import { checkTemporal } from './doctor/check-temporal.ts';

async function checkServer({ fix, dataDir, retentionDays }: { fix: boolean; dataDir: string; retentionDays: number }) {
  const settings = connectionSettings({ dataDir });
  const { connectionOptions, namespace } = settings;
  let connection: Connection | undefined;
  const reached = await check('temporal', async () => {
    connection = await openPlainConnection(settings);
    return { state: 'ok', found: connectionOptions.address };
  });
  if (!connection) return [reached];
  try {
    const options = { connection, namespace };
    const { address } = connectionOptions;
    const { checks, hasNamespace } = await checkTemporal({ ...options, address, retentionDays, fix });
    const server = [reached, ...checks];
    // A worker of a namespace that does not exist polls it for ever.
    if (!hasNamespace) return server;
    return [
      ...server,
      ...(await checkSpeed({ ...options, connectionOptions: connectionOptions as NativeConnectionOptions })),
    ];
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

async function doctor({ fix = false, json }: { fix?: boolean; json?: boolean }): Promise<void> {
  const config = loadConfig();
  const machine = [...(await checkMachine(config)), await checkPayloads(config)];
  const checks = [...machine, ...(await checkServer({ ...config, fix }))];
  process.stdout.write(json ? `${JSON.stringify(checks, null, 2)}\n` : asText(checks));
  process.exitCode = checks.some(({ state }) => state === 'bad') ? 1 : 0;
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this machine and the Temporal server, and say what to change')
    .option('--fix', "set the namespace's retention and register search attributes")
    .option('--json', 'print JSON')
    .action(doctor);
}
