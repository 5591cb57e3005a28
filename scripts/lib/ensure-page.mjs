import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from './hash-of.mjs';
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

/** Builds the page that the gateway serves, unless it was built from exactly these sources. */
export function ensurePage() {
  const wanted = hashOf(SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  step({
    command: 'node',
    args: [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', 'web', '--logLevel', 'warn'],
    // Vite builds what NODE_ENV says, and the shell may say `development`.
    env: { NODE_ENV: 'production' },
    why: 'the page is not built yet, or its sources are newer',
    remedy: 'Run "npm run setup" again; if it fails the same way, remove node_modules first.',
  });
  mkdirSync(join(PROJECT, 'web', 'dist'), { recursive: true });
  writeFileSync(STAMP, wanted);
}
