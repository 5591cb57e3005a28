import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export type Measured = { scenario: string; figures: Record<string, number | string> };

/** Lines of JSON, one for each call, of the scenario tests that ran since `npm run docs:scenarios` emptied it. */
export const MEASURED_FILE = '.results/scenarios.jsonl';

/** Keeps what a scenario measured, for docs/scenarios.md; the name of each figure says its unit. */
export function measured(scenario: string, figures: Measured['figures']): void {
  mkdirSync(dirname(MEASURED_FILE), { recursive: true });
  appendFileSync(MEASURED_FILE, `${JSON.stringify({ scenario, figures } satisfies Measured)}\n`);
}
