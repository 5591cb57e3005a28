import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { bundleApp } from '../../src/replay/bundle-app.ts';
import { checkHistories } from '../../src/replay/check-histories.ts';
import { checksText } from '../../src/replay/checks-text.ts';
import { parseHistory } from '../../src/replay/history-json.ts';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';
import { LARGE, scenarioOf } from './history-file.ts';
import own from './own/app.ts';
import { LARGE_SCENARIOS } from './scenarios.ts';

quietRuntime();
const histories = readdirSync(LARGE).map((file) => ({
  name: scenarioOf(file),
  history: parseHistory(gunzipSync(readFileSync(join(LARGE, file))).toString()),
}));

/** How many agents a history scheduled before the first of them had ended. */
function scheduledAtOnce(name: string): number {
  const events = histories.find((one) => one.name === name)?.history.events ?? [];
  const first = events.findIndex(({ activityTaskStartedEventAttributes: started }) => started);
  const before = first < 0 ? events : events.slice(0, first);
  return before.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled).length;
}

test('a run that scheduled 1,800 agents at once, before there was a bound, goes on as it began', async () => {
  expect(histories.map(({ name }) => name).sort()).toEqual(LARGE_SCENARIOS.map(({ name }) => name).sort());
  expect(scheduledAtOnce('own-crowd-at-once')).toBe(1_800);
  expect(scheduledAtOnce('own-crowd-in-turns')).toBeLessThanOrEqual(1_500);
  const checks = await checkHistories({ workflowBundle: await bundleApp(own), histories });
  expect(checksText(checks)).toMatch(/^2 histories: 2 replay/);
});
