import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import app, { buyer, quote } from './app.ts';

const namesOf = async (door: string) => Object.keys((await import(door)) as object).sort();

describe('the public doors', () => {
  test.each([
    ['baton-agents', ['BatonError', 'defineAgent', 'defineApp', 'definePlan', 'defineTool', 'hostPath', 'secret']],
    ['baton-agents/client', ['connect']],
    ['baton-agents/feed', ['connectFeed', 'emptyFeed', 'foldFeed', 'toAgUi', 'toUiMessageStream']],
    [
      'baton-agents/testing',
      ['assertFeed', 'assertNoSecrets', 'cannedAgent', 'recordingNotifier', 'replay', 'startTestServer', 'testApp'],
    ],
    ['baton-agents/worker', ['WORKFLOWS_PATH', 'createWorker']],
    [
      'baton-agents/workflow',
      [
        ...['ApplicationFailure', 'CancellationScope', 'agents', 'ask', 'condition', 'decideSignal', 'deprecatePatch'],
        ...['isCancellation', 'log', 'patched', 'pauseSignal', 'resumeSignal', 'saga', 'sleep', 'stateQuery'],
        ...['uuid4', 'workflow', 'workflowInfo'],
      ],
    ],
  ])('%s exports exactly what is promised', async (door, promised) => {
    expect(await namesOf(door)).toEqual(promised);
  });
});

/** The modules that a file loads, as a browser or Node would: what is imported as a type is gone by then. */
function loaded(path: string, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(path)) return seen;
  const code = stripTypeScriptTypes(readFileSync(path, 'utf8'));
  const names = [...code.matchAll(/(?:^import|\bfrom) '([^']+)';$/gm)].map(([, name]) => name as string);
  seen.set(path, names);
  for (const name of names) if (name.startsWith('.')) loaded(resolve(dirname(path), name), seen);
  return seen;
}

test('the feed loads in a browser: nothing but own modules, without a dependency', () => {
  const modules = loaded(resolve('src/feed.ts'));
  expect(modules.size).toBeGreaterThan(8);
  expect([...modules.values()].flat().filter((name) => !name.startsWith('.'))).toEqual([]);
});

describe('the example app', () => {
  test('has a manifest from which a client knows limits and schemas without its code', () => {
    const manifest = JSON.parse(JSON.stringify(app.manifest()));
    expect(Object.keys(manifest.agents)).toEqual(['quote', 'buyer']);
    expect(manifest.agents.buyer.limits).toMatchObject({ timeout_ms: 30_000, max_attempts: 3 });
    expect(manifest.agents.quote.input).toMatchObject({
      properties: { sku: { type: 'string' } },
      required: ['sku'],
    });
  });

  test('is typed by its schemas: what they refuse does not compile', async () => {
    // @ts-expect-error a sku is text
    const wrongInput = { sku: 7 } satisfies Parameters<typeof quote.run>[0];
    // @ts-expect-error the tool wants whole cents
    const wrongTool = { euros: 1 } satisfies Parameters<Parameters<typeof buyer.run>[1]['tools']['charge']>[0];
    expect([quote.input.safeParse(wrongInput).success, buyer.input.safeParse(wrongTool).success]).toEqual([
      false,
      false,
    ]);
  });
});
