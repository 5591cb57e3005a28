// Builds what the package ships: dist/, by plain tsc, and the page. `npm pack` runs it first. The checkout itself never
// loads dist/: it runs from src/.
import { ensureDependencies } from './lib/ensure-dependencies.mjs';
import { ensureDist } from './lib/ensure-dist.mjs';
import { ensurePage } from './lib/ensure-page.mjs';
import { SetupError } from './lib/step.mjs';

try {
  ensureDependencies();
  ensurePage();
  ensureDist();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
}
