// Writes the screenshots under docs/ from the tests of the page: `npm run docs:screenshots`.
import { spawnSync } from 'node:child_process';

const args = ['--conditions=baton-source', '--no-warnings', 'node_modules/jest/bin/jest.js', '-i', 'test/browser/'];
const env = { ...process.env, BATON_SCREENSHOTS: 'docs' };
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
