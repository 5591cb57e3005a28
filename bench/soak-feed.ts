// npm run soak:feed [-- --users 50 --runs 20 --seed 1 --kills 10 --gateway-restarts 2 --redis-kills 1 --down-ms 3000]: kills
// workers, the gateway and Redis and cuts sockets while users watch their runs, and counts what their clients saw wrong.
// Exit 1 on any fault. --redis-down-ms 60000 keeps Redis down for that long each time: what is told meanwhile waits in the
// workers' outboxes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { soakFeed } from '../test/support/feed-soak/soak-feed.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { startBenchServer } from './lib/start-bench-server.ts';

/** Faults of each kind that are printed in words. */
const SHOWN = 20;

const number = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({
  options: {
    users: number('50'),
    runs: number('20'),
    seed: number(String(Date.now() % 1_000_000)),
    kills: number('10'),
    'gateway-restarts': number('2'),
    'redis-kills': number('1'),
    'down-ms': number('3000'),
    'redis-down-ms': { type: 'string' },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

const server = await startBenchServer();
try {
  const workflowsPath = fileURLToPath(new URL('../src/workflows/index.ts', import.meta.url));
  const codePath = join(server.dataDir, 'workflows.js');
  writeFileSync(codePath, (await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })).code);
  const [users, runsPerUser, seed] = [Number(values.users), Number(values.runs), Number(values.seed)];
  say(`seed ${seed}, ${users} users x ${runsPerUser} runs; ${describeMachine()}\n`);
  const { figures, faults } = await soakFeed({
    address: server.address,
    codePath,
    seed,
    users,
    runsPerUser,
    atOnce: 2,
    workers: 3,
    workerKills: Number(values.kills),
    gatewayRestarts: Number(values['gateway-restarts']),
    redisKills: Number(values['redis-kills']),
    downMs: Number(values['down-ms']),
    redisDownMs: values['redis-down-ms'] === undefined ? undefined : Number(values['redis-down-ms']),
    say,
  });
  say('');
  for (const [name, figure] of Object.entries(figures))
    say(`  ${name.padEnd(20)}${String(Math.round(figure)).padStart(8)}`);
  say('');
  for (const [kind, all] of Object.entries(faults)) {
    say(`  ${kind.padEnd(20)}${String(all.length).padStart(8)}`);
    for (const fault of all.slice(0, SHOWN)) say(`      ${fault}`);
  }
  process.exitCode = Object.values(faults).some(({ length }) => length > 0) ? 1 : 0;
} finally {
  await server.stop();
}
