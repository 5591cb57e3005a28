import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { FOREIGN_SETTINGS } from '../../src/settings/foreign-settings.ts';
import type { Setting } from '../../src/settings/setting.ts';
import { SETTINGS } from '../../src/settings/settings.ts';

type Step = { uses?: string; run?: string };
type Job = { if?: string; env?: Record<string, string>; steps: Step[] };

const workflow = parse(readFileSync('examples/ci/replay.yml', 'utf8')) as {
  on: Record<string, unknown>;
  permissions: object;
  jobs: Record<string, Job>;
};
const BATON = 'npx --no-install baton ';
const runs = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
const commands = runs.filter((run) => run.startsWith(BATON)).map((run) => run.slice(BATON.length).split(' '));

test('checks committed histories on each pull request, and production only where that is allowed', () => {
  expect(Object.keys(workflow.on)).toContain('pull_request');
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(workflow.jobs.committed?.if).toBeUndefined();
  expect(workflow.jobs.committed?.env).toBeUndefined();
  expect(workflow.jobs.production?.if).toContain('BATON_REPLAY_PRODUCTION');
});

test('calls commands that there are, with options that they take', () => {
  expect(commands.map(([name]) => name)).toEqual(['replay', 'replay']);
  for (const [name = '', ...args] of commands) {
    const help = spawnSync(process.execPath, ['bin/baton.mjs', name, '--help'], { encoding: 'utf8' }).stdout;
    for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(`${option} <`);
  }
});

test('takes from secrets what Temporal and Baton read, under the same names', () => {
  const known = [...(Object.values(SETTINGS) as Setting[]), ...FOREIGN_SETTINGS].map(({ env }) => env);
  for (const [name, value] of Object.entries(workflow.jobs.production?.env ?? {})) {
    expect(value).toBe(`\${{ secrets.${name} }}`);
    expect(known).toContain(name);
  }
});
