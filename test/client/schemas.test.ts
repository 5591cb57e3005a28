import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { defineAgent, definePlan, defineTool } from 'baton-agents';
import { z } from 'zod';
import { costApp } from '../../src/agents/cost-app.ts';
import { faultTest } from '../support/fault-test.ts';

const good = z.object({});
/** As objects of zod 3 and of other libraries look. */
const zod3 = { _def: { typeName: 'ZodObject' }, safeParse: () => ({ success: true }), parse: () => ({}) };
const valibot = { '~standard': { version: 1, vendor: 'valibot', validate: () => ({ value: 1 }) } };
const STRANGE = [zod3, valibot, undefined, null, {}, z, 'string', { type: 'object' }, () => ({})];

const DOORS: ((schema: never) => unknown)[] = [
  (input) => defineAgent({ name: 'a', input, output: good, run: () => ({}) }),
  (output) => defineAgent({ name: 'a', input: good, output, run: () => ({}) as never }),
  (input) => defineTool({ name: 't', effect: 'none', input, output: good, run: () => ({}) }),
  (output) => defineTool({ name: 't', effect: 'none', input: good, output, run: () => ({}) as never }),
  (input) => definePlan({ name: 'p', input }, () => undefined),
];

function said(work: () => unknown): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    return error instanceof TypeError ? error.message : String(error);
  }
}

faultTest(
  'what is no schema of zod 4 is refused where it is given, with the remedy',
  { kind: 28, before: 'Of 45 such schemas 36 were taken, and 9 failed with words such as "reading \'def\'".' },
  async () => {
    const messages = DOORS.flatMap((door) => STRANGE.map((schema) => said(() => door(schema as never))));
    expect(messages.filter((message) => !/: (in|out)put .* Use one of zod 4/.test(message))).toEqual([]);
    expect(messages[0]).toContain('agent a: input is a schema of zod 3');
    expect(messages[1]).toContain('input is a schema of valibot');
    return `All ${messages.length} are refused by name, with the library that they are of where it says so.`;
  },
);

/** Every module that a file may load, now or later, as a bundler follows it. */
function followed(path: string, seen = new Set<string>(), packages = new Set<string>()) {
  if (seen.has(path)) return packages;
  seen.add(path);
  const code = stripTypeScriptTypes(readFileSync(path, 'utf8'));
  for (const [, first, later] of code.matchAll(/(?:^import|\bfrom) '([^']+)';$|\bimport\('([^']+)'\)/gm)) {
    const name = first ?? (later as string);
    if (name.startsWith('.')) followed(resolve(dirname(path), name), seen, packages);
    else packages.add(name);
  }
  return packages;
}

faultTest(
  'a bundler that follows the client meets neither the database engine nor the price book',
  { kind: 28, before: 'It met @duckdb/node-api and @pydantic/genai-prices.' },
  async () => {
    const packages = [...followed(resolve('src/client.ts'))];
    expect(packages).toContain('@temporalio/client');
    const heavy = packages.filter((name) => /duckdb|genai-prices|write-excel|fastify|@temporalio\/worker/.test(name));
    expect(heavy).toEqual([]);
    return `Of ${packages.length} packages that the client may load none has binaries of DuckDB.`;
  },
);

test('what a client knows of the agents of costOptimization is what their code says', async () => {
  const { costManifest } = await import('../../src/agents/cost-heads.ts');
  expect(JSON.stringify(costManifest())).toBe(JSON.stringify(costApp({ dataDir: '/tmp' }).manifest()));
});
