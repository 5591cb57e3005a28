import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = 'test/scenarios';

/** Every acceptance scenario that has a test, with its file, by file and then in the file's order. */
export function scenarioTests(): { name: string; file: string }[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'));
  return files.toSorted().flatMap((name) => {
    const file = `${FOLDER}/${name}`;
    const tests = readFileSync(file, 'utf8').matchAll(/^\s*test\(\s*'(test_\w+)'/gm);
    return [...tests].map(([, scenario = '']) => ({ name: scenario, file }));
  });
}
