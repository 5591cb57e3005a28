// A gateway as a process of its own; says its address to its parent.
import { pino } from 'pino';
import { loadConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { openStore } from '../../src/notifier/open-store.ts';

const config = loadConfig(process.env);
const { log } = await openStore({ url: config.storeUrl });
const logger = pino({ level: 'silent' });
// What requests cost is measured here, not how many are let in.
const gateway = await startGateway({ config, log, logger, address: process.argv[2], requestsPerMinute: 1_000_000 });
process.send?.(gateway.url);
process.on('disconnect', () => process.exit());
