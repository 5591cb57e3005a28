// npm run chaos -- --seed N --minutes M [--store sqlite|redis] [--layout dev|roles] [--only FAULT,…] [--folder DIR]
// Exit 1 if anything is wrong, 2 where the campaign itself could not be run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planCampaign, runCampaign } from './campaign.ts';
import { checkFolder } from './checker/check-folder.ts';
import { killAll } from './processes/process.ts';
import { printPlan, printReport } from './report.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    seed: text,
    minutes: { type: 'string', default: '20' },
    store: { type: 'string', default: 'sqlite' },
    layout: text,
    only: { type: 'string', default: '' },
    users: { type: 'string', default: '8' },
    'per-minute': { type: 'string', default: '45' },
    'every-s': { type: 'string', default: '20' },
    folder: text,
    keep: { type: 'boolean', default: false },
    check: text,
  },
});

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'baton-chaos-'));
const options = {
  seed,
  ms: Number(values.minutes) * 60_000,
  store: values.store as 'sqlite' | 'redis',
  layout: values.layout as 'dev' | 'roles' | undefined,
  only: values.only.split(',').filter(Boolean),
  users: Number(values.users),
  perMinute: Number(values['per-minute']),
  everyMs: Number(values['every-s']) * 1_000,
  folder,
  say,
};

if (values.check) {
  process.exitCode = printReport(checkFolder(values.check), say) ? 0 : 1;
} else {
  printPlan(planCampaign(options), say);
  await runCampaign(options);
  const isGood = printReport(checkFolder(folder), say);
  const again = ['--seed', seed, '--minutes', values.minutes, '--store', values.store].join(' ');
  const rest = [values.layout && `--layout ${values.layout}`, values.only && `--only ${values.only}`].filter(Boolean);
  say(`\nagain: npm run chaos -- ${[again, ...rest].join(' ')}`);
  if (isGood && !values.keep) rmSync(folder, { recursive: true, force: true });
  else say(`records: ${folder}`);
  process.exitCode = isGood ? 0 : 1;
}
