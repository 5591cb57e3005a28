// Builds what the package ships: dist/, by plain tsc, and the page. `npm pack` runs it first. The checkout itself never
// loads dist/: it runs from src/.
import { cpSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ensureDependencies } from './lib/ensure-dependencies.mjs';
import { ensurePage } from './lib/ensure-page.mjs';
import { PROJECT, SetupError, step } from './lib/step.mjs';

const DIST = join(PROJECT, 'dist');

try {
  ensureDependencies();
  ensurePage();
  // What was renamed or removed since the last build must not be shipped again.
  rmSync(DIST, { recursive: true, force: true });
  step({ command: 'tsc', args: ['-p', 'tsconfig.build.json'], remedy: 'Correct what it names, then pack again.' });
  // What is no TypeScript is loaded by its path, beside the module that asks for it.
  const loadedByPath = (path) => statSync(path).isDirectory() || extname(path) !== '.ts';
  cpSync(join(PROJECT, 'src'), DIST, { recursive: true, filter: loadedByPath });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
}
