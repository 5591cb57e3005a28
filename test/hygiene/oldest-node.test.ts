import { globSync, readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { faultTest } from '../support/fault-test.ts';

/** `using` and `await using`, which Node 22 takes for a syntax error: it strips types and compiles nothing. */
const USING = /^\s*(?:await )?using \w+ =/m;

const CODE = ['templates/**/*.ts', 'examples/**/*.ts'];
const PAGES = ['README.md', 'docs/*.md', 'templates/**/*.md', 'examples/**/*.md'];

const blocksOf = (page: string) => [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code).join('\n');

faultTest(
  'the starter, the examples and every block of README and docs can be read by the oldest Node that is claimed',
  { kind: 31, before: '`npm start` and `npm test` of the starter were syntax errors on Node 22.' },
  () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe('>=22.18');
    const files = globSync(CODE).map((path) => [path, readFileSync(path, 'utf8')] as const);
    const pages = globSync(PAGES).map((path) => [path, blocksOf(readFileSync(path, 'utf8'))] as const);
    const newer = [...files, ...pages].filter(([, code]) => USING.test(code)).map(([path]) => path);
    expect(newer).toEqual([]);
    return Promise.resolve(`${files.length} files and the blocks of ${pages.length} pages have no \`await using\`.`);
  },
);
