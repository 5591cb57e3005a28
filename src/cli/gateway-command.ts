import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { openStore } from '../notifier/open-store.ts';
import { untilStopped } from './until-stopped.ts';
import { withSecret } from './with-secret.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

export function addGatewayCommand(program: Command): void {
  program
    .command('gateway')
    .description('serve users: HTTP, WebSocket and server-sent events; logs to stdout')
    .action(async () => {
      const { startGateway } = await import('../gateway.ts');
      const config = await withSecret(loadConfig());
      const stopped = untilStopped();
      const store = await openStore({ url: config.storeUrl, fsync: config.fsync });
      try {
        const gateway = await startGateway({ config, log: store.log });
        say(`gateway      ${gateway.url}`);
        await stopped.promise;
        await gateway.close();
      } finally {
        await store.close();
      }
    });
}
