import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/workflow-bundle/bundle-workflows.ts';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';

/** The SDK's own part is 1.6 MB; with zod by value it would be 2.7 MB. */
const MAX_BUNDLE_BYTES = 2_000_000;
let code: string;
beforeAll(async () => {
  quietRuntime();
  ({ code } = await bundleWorkflows({ app: {}, dataConverter: {}, logger: new DefaultLogger('ERROR') }));
});

/** Paths of the modules in the bundle, as its source map lists them. */
function modules(): string[] {
  const [, map] = /sourceMappingURL=data:application\/json;(?:charset=utf-8;)?base64,(\S+)/.exec(code) ?? [];
  const { sources } = JSON.parse(Buffer.from(map ?? '', 'base64').toString('utf8')) as { sources: string[] };
  return sources;
}

test('the bundle of the workflows holds no zod, no agents and no prices', () => {
  const found = modules();
  expect(found.some((path) => path.includes('src/workflows/cost-optimization.ts'))).toBe(true);
  expect(
    found.filter((path) =>
      /node_modules\/(zod|@duckdb|@pydantic)|src\/(agents|tools|spend|activities|notifier|client|cli)\//.test(path),
    ),
  ).toEqual([]);
});

test('the bundle stays small', () => {
  const [withoutMap = ''] = code.split('//# sourceMappingURL');
  expect(withoutMap.length).toBeLessThan(MAX_BUNDLE_BYTES);
});

test('names that both sides of a wire share come from a module that imports nothing', () => {
  expect(readFileSync('src/contracts/names.ts', 'utf8')).not.toMatch(/^import|from '/m);
});
