import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { fileLogger } from '../../src/cli/file-logger.ts';
import { sdkLogger } from '../../src/cli/sdk-logger.ts';
import { faultTest } from '../support/fault-test.ts';
import { PLANTED } from '../support/planted-secrets.ts';

faultTest(
  'no line of a log shows a secret, in its message, its fields or an error',
  { kind: 16, before: 'worker.log and gateway.log were not redacted at all: every planted secret stood in them.' },
  async () => {
    // Which of two texts in a list is the name of the other, only the list's own structure says.
    const planted = PLANTED.filter(([value]) => !JSON.stringify(value).includes('accept'));
    const folder = mkdtempSync(join(tmpdir(), 'baton-log-'));
    const path = join(folder, 'worker.log');
    const log = sdkLogger(fileLogger({ path, say: () => undefined }) as never, { sealed: false });
    try {
      for (const [value] of planted) {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        log.info(text, { value });
        log.warn('it failed', { err: new Error(`of ${text}`) });
      }
      const text = readFileSync(path, 'utf8');
      const lines = text.trim().split('\n');
      const shown = planted.filter(([, secret]) => text.includes(secret));
      expect(shown).toEqual([]);
      expect(lines.map((line) => (JSON.parse(line) as { level: number }).level)).toContain(40);
      return `Of ${planted.length} secrets in ${lines.length} lines ${shown.length} are shown.`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('what a failure carries as its details is not logged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-log-'));
  const path = join(folder, 'worker.log');
  const log = sdkLogger(fileLogger({ path, say: () => undefined }) as never, { sealed: false });
  const failure = (cause?: Error) =>
    ApplicationFailure.create({ type: 'AgentFailed', message: 'm', cause, details: [{ undelivered: ['a thought'] }] });
  try {
    log.warn('Activity failed', { workflowId: 'w', error: failure(failure()) });
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ workflowId: 'w', error: { type: 'AgentFailed' } });
    expect(text).not.toContain('a thought');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('with payload keys a line names what was thrown and where, and nothing of what it says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-log-'));
  const path = join(folder, 'worker.log');
  const log = sdkLogger(fileLogger({ path, say: () => undefined }) as never, { sealed: true });
  const said = 'canary\n    at canary (/canary/file.ts:1:1)';
  try {
    log.warn('Activity failed', { error: new TypeError(said, { cause: new Error(said) }) });
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ error: { name: 'TypeError', cause: { name: 'Error' } } });
    expect(text).toContain('redacted-logs.test.ts:');
    expect(text).not.toContain('canary');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every logger of the product writes redacted lines', () => {
  const made = globSync('src/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bpino\(([^)]{0,80})/g)].map(([, options = '']) => ({ file, options })),
  );
  expect(made.length).toBeGreaterThan(2);
  expect(made.filter(({ options }) => !options.includes('REDACTED_LINES'))).toEqual([]);
});
