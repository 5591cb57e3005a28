import { expect, test } from '@jest/globals';
import config from '../../oxlint.config.ts';
import { lintSamples, type Sample } from './lint-samples.ts';

const APART = 'src/client/sample.ts';
const lines = (count: number) => 'export {};\n'.repeat(count);

/** What each rule of the configuration is for, as the least that breaks it. Borders have a test of their own. */
const BROKEN: Record<string, Sample[]> = {
  'eslint/no-array-constructor': [[APART, 'export const a = new Array(1, 2);']],
  'eslint/no-unused-expressions': [
    [APART, 'export const f = (a: boolean) => { a === true; };'],
    [APART, 'export const f = (a?: () => 1) => { a && a(); };'],
    ['bin/sample.mjs', 'export const f = (a, b) => { a ? b() : a(); };'],
  ],
  'eslint/no-unused-vars': [
    [APART, "import { join } from 'node:path';"],
    [APART, 'const a = 1;'],
    [APART, 'export function f(a: number) {}'],
    [APART, 'export function f() { try { f(); } catch (error) {} }'],
    [APART, 'type A = string;'],
    ['bin/sample.mjs', 'const a = 1;'],
    ['bin/sample.mjs', 'const _a = 1;'],
    ['bin/sample.mjs', 'export const f = (_a) => 1;'],
    ['web/src/sample.tsx', 'const a = 1;'],
  ],
  'eslint/no-var': [[APART, 'export var a = 1;']],
  'eslint/prefer-const': [
    [APART, 'let a = 1; export { a };'],
    [APART, 'export const f = (o: { a: number; b: number }) => { let { a, b } = o; a = 2; return a + b; };'],
  ],
  'eslint/prefer-rest-params': [[APART, 'export function f() { return arguments; }']],
  'eslint/prefer-spread': [
    [APART, 'export const f = (g: (...a: number[]) => void, a: number[]) => g.apply(undefined, a);'],
  ],
  'eslint/no-console': [
    [APART, "console.log('');"],
    ['web/src/sample.tsx', "console.log('');"],
  ],
  'eslint/max-lines': [
    [APART, lines(301)],
    [APART, '\n'.repeat(300) + 'export {};'],
    [APART, '// a\n'.repeat(300) + 'export {};'],
  ],
  'eslint/no-restricted-globals': [
    ['src/workflows/sample.ts', 'export const x = () => process.env.HOME;'],
    ['src/workflows/sample.ts', 'export const x = () => setImmediate(() => undefined);'],
    ['src/workflows/sample.ts', "export const x = () => fetch('');"],
  ],
  'eslint/no-restricted-properties': [
    ['src/workflows/sample.ts', 'export const x = () => Math.random();'],
    ['src/workflows/sample.ts', 'export const x = () => Promise.race([]);'],
    ['src/workflows/sample.ts', 'const { random } = Math; export { random };'],
  ],
  'import/no-cycle': [
    ['src/client/there.ts', "import './back.ts';"],
    ['src/client/back.ts', "export * from './there.ts';"],
  ],
  'import/no-empty-named-blocks': [['src/cli/sample.ts', "import {} from '@temporalio/worker';"]],
  'baton/no-lazy-cycle': [['src/cli/lazy.ts', "export const load = () => import('./between.ts');"]],
  'typescript/ban-ts-comment': [[APART, '// @ts-ignore\nexport const a = 1;']],
  'typescript/no-duplicate-enum-values': [[APART, 'export enum A { b = 1, c = 1 }']],
  'typescript/no-empty-object-type': [
    [APART, 'export type A = {};'],
    [APART, 'export interface A {}'],
  ],
  'typescript/no-explicit-any': [[APART, 'export type A = any;']],
  'typescript/no-extra-non-null-assertion': [[APART, 'export const f = (a?: { b: 1 }) => a!!.b;']],
  'typescript/no-misused-new': [[APART, 'export interface A { new (): A }']],
  'typescript/no-namespace': [[APART, 'export namespace A { export const b = 1; }']],
  'typescript/no-non-null-asserted-optional-chain': [[APART, 'export const f = (a?: { b?: 1 }) => a?.b!;']],
  'typescript/no-require-imports': [
    [APART, "export const a = require('node:fs');"],
    ['bin/sample.mjs', "export const a = require('node:fs');"],
  ],
  'typescript/no-this-alias': [[APART, 'export class A { b() { const self = this; return () => self; } }']],
  'typescript/no-unnecessary-type-constraint': [[APART, 'export type A<T extends unknown> = T[];']],
  'typescript/no-unsafe-declaration-merging': [[APART, 'export interface A { b: 1 }\nexport class A {}']],
  'typescript/no-unsafe-function-type': [[APART, 'export type A = Function;']],
  'typescript/no-wrapper-object-types': [[APART, 'export type A = String;']],
  'typescript/prefer-as-const': [[APART, "export const a = 'b' as 'b';"]],
  'typescript/prefer-namespace-keyword': [[APART, 'declare module A {}']],
  'typescript/triple-slash-reference': [[APART, '/// <reference path="a.ts" />\nexport {};']],
  'typescript/consistent-type-imports': [
    [APART, "import { Stats } from 'node:fs'; export type A = Stats;"],
    [APART, "export type A = import('node:fs').Stats;"],
  ],
  'typescript/no-floating-promises': [
    [APART, 'export const f = async () => {}; f();'],
    [APART, 'export const f = async () => { await f(); f().then(() => 1); };'],
  ],
  'typescript/no-misused-promises': [
    [APART, 'export const f = async () => true; if (f()) throw new Error();'],
    [APART, 'export const f = async () => true; [1].forEach(async () => { await f(); });'],
    [APART, 'export const f = async () => ({ a: 1 }); export const b = { ...f() };'],
  ],
};

const ALLOWED: Sample[] = [
  ['src/cli/between.ts', "import { type A } from './other.ts';\nimport './end.ts';\nexport const a: A = 1;"],
  ['src/cli/end.ts', "export { load } from './lazy.ts';"],
  ['src/cli/other.ts', "export { a } from './between.ts';\nexport type A = 1;"],
  ['src/cli/sample.ts', "export const load = () => import('@temporalio/worker');"],
  [APART, 'export const f = (_a: number, { _b, ...c }: Record<string, number>) => c;'],
  ['test/sample.test.ts', "import { test } from 'node:test';\ntest('', async () => {});"],
  ['templates/starter/sample.ts', "console.log('');"],
  ['src/payload/sample.cjs', "exports.a = require('node:fs');"],
  ['bin/sample.mjs', "console.log('');"],
];

test('every rule of the linter has a sample that breaks it', () => {
  const configured = [config, ...(config.overrides ?? [])].flatMap(({ rules = {} }) => Object.keys(rules));
  const names = new Set(configured.map((name) => (name.includes('/') ? name : `eslint/${name}`)));
  names.delete('eslint/no-restricted-imports');
  expect(Object.keys(BROKEN).sort()).toEqual([...names].sort());
});

test('what breaks a rule is refused by that rule, and what does not is let through', () => {
  const broken = Object.entries(BROKEN).flatMap(([rule, samples]) => samples.map((sample) => ({ rule, sample })));
  const findings = lintSamples([...broken.map(({ sample }) => sample), ...ALLOWED]);
  const letThrough = broken.filter(({ rule }, n) => !findings[n]?.some((finding) => finding.rule === rule));
  expect(letThrough).toEqual([]);
  expect(findings.slice(broken.length).flat()).toEqual([]);
});
