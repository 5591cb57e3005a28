import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createActivities } from '../../src/activities/create-activities.ts';
import { defineAgent, type AgentIsolation } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { inheritedFlags } from '../../src/isolate/inherited-flags.ts';

const nothing = z.object({});
const module = import.meta.url;

function define(isolate: AgentIsolation) {
  return defineAgent({ name: 'own', input: nothing, output: nothing, isolate, run: () => ({}) });
}

test.each<[string, AgentIsolation, RegExp]>([
  ['a relative path', { module: './own.ts' }, /isolate.module must be a file: URL or an absolute path, not .\/own.ts/],
  ['an address of another kind', { module: 'https://a.example/own.js' }, /must be a file: URL/],
  ['a module that is not there', { module: new URL('./missing.ts', module) }, /missing.ts does not exist/],
  ['a heap in which Node does not start', { module, heapMb: 1 }, /isolate.heapMb must be .* at least 16 .*, not 1$/],
  ['a heap that is no number', { module, heapMb: Number.NaN }, /isolate.heapMb/],
  ['less in all than for the heap', { module, heapMb: 64, residentMb: 64 }, /isolate.residentMb must exceed heapMb/],
])('%s is refused when the agent is defined', (_what, isolate, message) => {
  expect(() => define(isolate)).toThrow(message);
});

test('the manifest tells the limits of an isolated agent, and nothing of the machine', () => {
  const { agents } = defineApp({ agents: [define({ module, heapMb: 64 })] }).manifest();
  expect(agents.own).toMatchObject({ isolate: { heap_mb: 64, resident_mb: 320 } });
  expect(JSON.stringify(agents.own)).not.toContain('definition.test');
});

test('a worker without a pool refuses an isolated agent', () => {
  const notifier = { publish: () => Promise.resolve() };
  expect(() => createActivities({ agents: [define({ module })] }, { notifier })).toThrow(/agent own is isolated/);
});

test('a child is started with the flags that say how modules are loaded, and with no others', () => {
  const flags = ['--import', 'tsx', '--inspect=9229', '--conditions=dev', '-e', 'code', '--max-old-space-size=9'];
  expect(inheritedFlags(flags)).toEqual(['--import', 'tsx', '--conditions=dev']);
});
