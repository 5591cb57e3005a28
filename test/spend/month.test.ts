import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AZURE_HEADER, ledgerOf, temporaryFolder } from './fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** One request at noon of each day of November 2023 from `first` to `last`; `tokens` by day of the week, 0 is Sunday. */
async function trace(first: number, last: number, tokens: (weekday: number) => number): Promise<string> {
  const days = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const rows = days.map(
    (day) =>
      `2023-11-${String(day).padStart(2, '0')} 12:00:00.0000000,${tokens(new Date(Date.UTC(2023, 10, day)).getUTCDay())},0`,
  );
  return folder.file(`${first}-${last}.csv`, [AZURE_HEADER, ...rows].join('\n'));
}
const asGpt4o = (path: string, more: object = {}) => ledgerOf(path, 'gpt-4o', folder.path, more);

describe('a month', () => {
  test('of a file with seven closed days follows weekdays and weekends of that month', async () => {
    const { baseline } = await asGpt4o(await trace(5, 13, (weekday) => (weekday % 6 === 0 ? 100_000 : 1_000_000)));
    expect(baseline.monthly_basis).toBe('calendar');
    expect(baseline.monthly_usd).toBeCloseTo(22 * 2.5 + 8 * 0.25, 2);
  });

  test('of a shorter file is its rate held for 730 hours', async () => {
    const { baseline, source } = await asGpt4o(await trace(6, 8, () => 1_000_000));
    expect(baseline.monthly_basis).toBe('run_rate');
    expect(source.window_hours).toBe(48);
    expect(baseline.monthly_usd).toBeCloseTo((3 * 2.5 * 730) / 48, 2);
  });

  test('takes the window that is given over the one in the file', async () => {
    const { baseline } = await asGpt4o(await trace(5, 14, () => 1_000_000), { window_hours: 730 });
    expect(baseline).toMatchObject({ monthly_basis: 'run_rate', monthly_usd: 25 });
  });

  test('that differs from the stated spend by more than 15% says so and shows both', async () => {
    const path = await trace(6, 8, () => 1_000_000);
    const { notes } = await asGpt4o(path, { stated_monthly_usd: 45_000 });
    expect(notes.join(' ')).toMatch(/stated spend of \$45,000 a month and the computed \$114 differ by 100%/);
    const near = await asGpt4o(path, { stated_monthly_usd: 120 });
    expect(near.notes.join(' ')).not.toContain('differ by');
  });
});
