import { afterAll, beforeAll, expect } from '@jest/globals';
import { outcomeWithin, startEndingStage, type EndingStage } from '../support/ending-stage.ts';
import * as workflows from '../support/ending-workflows.ts';
import { faultTest } from '../support/fault-test.ts';
import { until } from '../support/until.ts';

let at: EndingStage;
beforeAll(async () => {
  at = await startEndingStage();
});
afterAll(() => at.stop());

/** How the run ended by its result, its feed, GET and the list. */
async function endsOf(workflow: typeof workflows.returnsIt, what: string) {
  const run = await (await at.clientOf('ann')).start(workflow, { what });
  const feed = await at.endOf(run);
  expect(feed.status).toBe('failed');
  const outcome = await outcomeWithin(run, 6_000);
  if (!outcome) {
    await run.terminate({ reason: 'its test has seen enough' });
    return { outcome, feed, shown: undefined, listed: undefined };
  }
  const listed = await until(
    () => at.listed(run),
    (status) => status !== undefined,
  );
  return { outcome, feed, shown: await at.get(run), listed };
}

async function expectFailed(workflow: typeof workflows.returnsIt, what: string, type: string, message: RegExp) {
  const { outcome, feed, shown, listed } = await endsOf(workflow, what);
  expect(outcome).toMatchObject({ status: 'failed', error: { type, message: expect.stringMatching(message) } });
  expect(outcome).toMatchObject({ error: feed.error });
  expect(shown).toMatchObject({ status: 'failed', error: feed.error, result: null });
  expect(listed).toBe('failed');
}

faultTest(
  'a workflow that returns what JSON cannot hold fails with the path, in feed, GET, list and result alike',
  {
    kind: 2,
    before:
      'a bigint or a cycle: feed, page and GET said completed, the closing task failed for ever, and result() never returned',
  },
  async () => {
    const cases = [
      ['bigint', /result\.n: bigint is not JSON/],
      ['cycle', /result\.list\[0\]\.self: contains itself/],
      ['nan', /result\.rows\[0\]\.cents: NaN/],
      ['map', /result\.seen: a Map is not JSON/],
    ] as const;
    await Promise.all(
      cases.map(([what, message]) => expectFailed(workflows.returnsIt, what, 'InvalidOutput', message)),
    );
    return 'failed with InvalidOutput and the path `result.n` or `result.list[0].self`, the same everywhere, and result() returns';
  },
);

faultTest(
  'a workflow that returns too much fails with the limit, and one that throws anything ends failed',
  {
    kind: 2,
    before:
      'an error of 5 MB or one without a text made the closing task fail for ever; the feed said failed, result() hung',
  },
  async () => {
    await Promise.all([
      expectFailed(workflows.returnsIt, 'large', 'PayloadTooLarge', /over the limit of 4100000/),
      expectFailed(workflows.throwsIt, 'long', 'AgentFailed', /^x{1,2000}…?$/),
      expectFailed(workflows.throwsIt, 'odd', 'AgentFailed', /./),
      expectFailed(workflows.throwsIt, 'cycle', 'AgentFailed', /./),
    ]);
    return 'each ends failed, with at most 2,000 characters of what was thrown, the same everywhere';
  },
);
