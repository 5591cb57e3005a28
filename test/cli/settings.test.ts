import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { faultTest } from '../support/fault-test.ts';
import { callBaton } from './call-baton.ts';
import { temporaryDir } from './run-baton.ts';

type Row = { name: string; state: string; found: string; remedy?: string; source?: string };

/** Nothing listens there, so that doctor ends at once. */
const NOBODY = '127.0.0.1:1';
const KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

let dir: Awaited<ReturnType<typeof temporaryDir>>;
beforeAll(async () => {
  dir = await temporaryDir();
});
afterAll(async () => {
  await dir[Symbol.asyncDispose]();
});

async function doctor(env: NodeJS.ProcessEnv, ...flags: string[]) {
  const settings = { TEMPORAL_ADDRESS: NOBODY, ...env };
  const { stdout, code } = await callBaton(['doctor', '--json', ...flags], { dataDir: dir.path, env: settings });
  const rows = (stdout.startsWith('[') ? JSON.parse(stdout) : []) as Row[];
  return { stdout, code, of: (name: string) => rows.find((row) => row.name === name) };
}

faultTest(
  'a misspelled variable is named with the nearest setting, and every bad one is listed, not only the first',
  { kind: 24, before: 'BATON_HTTP_PROT was ignored without a word; of three bad variables one was named.' },
  async () => {
    const bad = { BATON_HTTP_PORT: '1e3', BATON_FSYNC: 'always', BATON_PAYLOAD_KEYS: 's3cr3t' };
    const { code, stdout, of } = await doctor({ BATON_HTTP_PROT: '9000', ...bad });
    expect(of('BATON_HTTP_PROT')?.remedy).toBe('did you mean BATON_HTTP_PORT?');
    expect(code).toBe(1);
    expect(stdout).not.toContain('s3cr3t');
    for (const name of Object.keys(bad)) expect(of(name)).toMatchObject({ state: 'bad', source: 'environment' });
    expect(of('BATON_HTTP_PORT')?.found).toBe('1e3: must be a whole number from 0 to 65535');
    return 'It is named with "did you mean BATON_HTTP_PORT?"; all 3 bad ones are listed, the secret masked.';
  },
);

test('doctor says of each setting what is in force, and by flag, environment or default', async () => {
  const { of, stdout } = await doctor(
    {
      BATON_TASK_QUEUE: 'by-env',
      BATON_RETENTION_DAYS: '7',
      BATON_PAYLOAD_KEYS: KEY,
      TEMPORAL_API_KEY: 'an-api-key-of-somebody',
    },
    '--task-queue',
    'by-flag',
  );
  expect(of('BATON_TASK_QUEUE')).toMatchObject({ found: 'by-flag', source: 'flag' });
  expect(of('BATON_RETENTION_DAYS')).toMatchObject({ found: '7', source: 'environment' });
  expect(of('BATON_FSYNC')).toMatchObject({ found: 'normal', source: 'default' });
  expect(of('BATON_LOG')).toMatchObject({ found: `sqlite:${dir.path}/events.sqlite`, source: 'default' });
  expect(of('TEMPORAL_ADDRESS')).toMatchObject({ found: NOBODY, source: 'environment' });
  expect(of('TEMPORAL_NAMESPACE')).toMatchObject({ found: 'default', source: 'default' });
  for (const name of ['BATON_PAYLOAD_KEYS', 'TEMPORAL_API_KEY']) {
    expect(of(name)).toMatchObject({ found: 'set, not shown', source: 'environment' });
  }
  expect(stdout).not.toMatch(/somebody|BwcHBwcH/);
});
