// npm run chaos -- --seed N --minutes M: see "The campaign" in docs/faults.md. Exit 1 if anything is wrong.
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
    'fault-s': text,
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
  faultMs: values['fault-s'] === undefined ? undefined : Number(values['fault-s']) * 1_000,
  folder,
  say,
};

if (values.check) {
  process.exitCode = printReport(checkFolder(values.check), say) ? 0 : 1;
} else {
  printPlan(planCampaign(options), say);
  await runCampaign(options);
  const isGood = printReport(checkFolder(folder), say);
  const same = ['minutes', 'store', 'layout', 'only', 'users', 'per-minute', 'every-s', 'fault-s'] as const;
  const rest = same.flatMap((name) => (values[name] ? `--${name} ${values[name]}` : []));
  say(`\nagain: npm run chaos -- --seed ${seed} ${rest.join(' ')}`);
  if (isGood && !values.keep) rmSync(folder, { recursive: true, force: true });
  else say(`records: ${folder}`);
  process.exitCode = isGood ? 0 : 1;
}
