import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = 'test/scenarios';

export type ScenarioTest = {
  name: string;
  file: string;
  /** Whether it is tried again where a figure misses its bar. */
  isTriedAgain: boolean;
};

/** Every acceptance scenario that has a test, with its file, by file and then in the file's order. */
export function scenarioTests(): ScenarioTest[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'));
  return files.toSorted().flatMap((name) => {
    const file = `${FOLDER}/${name}`;
    const tests = readFileSync(file, 'utf8').split(/^\s*test\(\s*/m);
    return tests.flatMap((text) => {
      const [, scenario] = /^'(test_\w+)'/.exec(text) ?? [];
      return scenario === undefined ? [] : [{ name: scenario, file, isTriedAgain: text.includes('untilMet(') }];
    });
  });
}
