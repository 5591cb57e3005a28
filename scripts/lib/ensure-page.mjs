import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, step } from './step.mjs';

/** What the page is built from; the rest of the project may change without a new build. */
const SOURCES = [
  'web/index.html',
  'web/vite.config.ts',
  'web/public',
  'web/src',
  'src/feed',
  'src/contracts',
  'src/spend/report/money.ts',
  'src/spend/report/technique-titles.ts',
];
const STAMP = join(PROJECT, 'web', 'dist', '.baton-setup');

/** By hand: the recursive listing came after Node 18.0. */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const path of SOURCES) {
    for (const file of filesIn(join(PROJECT, path))) hash.update(file.slice(PROJECT.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Builds the page that the gateway serves, unless it was built from exactly these sources. */
export function ensurePage() {
  const wanted = sourceHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  step({
    command: 'node',
    args: [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', 'web', '--logLevel', 'warn'],
    why: 'the page is not built yet, or its sources are newer',
    remedy: 'Run "npm run setup" again; if it fails the same way, remove node_modules first.',
  });
  mkdirSync(join(PROJECT, 'web', 'dist'), { recursive: true });
  writeFileSync(STAMP, wanted);
}
