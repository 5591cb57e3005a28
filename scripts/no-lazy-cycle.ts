// A rule of the linter, for what its own `import/no-cycle` does not see: cycles that go through an import().
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const IMPORT = /^(?:import|export) (?!type )(?:([^;'"]*?) from )?'(\.[^']+)'|(?<!typeof )\bimport\('(\.[^']+)'\)/gm;
const TYPES_ONLY = /^\{(?:\s*type [^,}]+,?)+\s*\}$/;

const known = new Map<string, string[]>();

/** The files that a file imports by value. */
function importsOf(file: string): string[] {
  const found = known.get(file);
  if (found) return found;
  const imports = [...readFileSync(file, 'utf8').matchAll(IMPORT)]
    .filter(([, clause = '']) => !TYPES_ONLY.test(clause))
    .map(([, , once, lazily]) => resolve(dirname(file), (once ?? lazily) as string))
    // Of what is not there the type check tells.
    .filter((path) => path.endsWith('.ts') && existsSync(path));
  known.set(file, imports);
  return imports;
}

function reaches(from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return importsOf(from).some((next) => reaches(next, to, seen));
}

type Source = { value?: unknown };
type Context = { filename: string; report(problem: { node: Source; message: string }): void };

const noLazyCycle = {
  create: ({ filename, report }: Context) => ({
    ImportExpression({ source }: { source: Source }) {
      if (typeof source.value !== 'string' || !source.value.startsWith('.')) return;
      const target = resolve(dirname(filename), source.value);
      if (!existsSync(target) || !reaches(target, filename)) return;
      report({ node: source, message: 'Dependency cycle detected' });
    },
  }),
};

export default { meta: { name: 'baton' }, rules: { 'no-lazy-cycle': noLazyCycle } };
