import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { withWorkflowEntry } from '../../src/workflow-bundle/workflow-entry.ts';

const shipped = '/shipped/index.ts';

test('an entry for own workflows is there while they are bundled, and leaves nothing behind, also after a failure', async () => {
  const paths: string[] = [];
  const bundling = withWorkflowEntry({ shipped, own: new URL('file:///own/flows.ts') }, ({ workflowsPath }) => {
    paths.push(workflowsPath);
    expect(readFileSync(workflowsPath, 'utf8')).toContain('export * from "/own/flows.ts"');
    return Promise.reject(new Error('it does not compile'));
  });
  await expect(bundling).rejects.toThrow('it does not compile');
  expect(paths.map((path) => existsSync(dirname(path)))).toEqual([false]);
});

test('without own workflows the entry is what ships', async () => {
  const path = await withWorkflowEntry({ shipped, own: undefined }, ({ workflowsPath }) =>
    Promise.resolve(workflowsPath),
  );
  expect(path).toBe(shipped);
});
