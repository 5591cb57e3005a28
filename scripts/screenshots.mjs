// Writes the screenshots under docs/ from the tests of the page: `npm run docs:screenshots`.
import { spawnSync } from 'node:child_process';
import { JEST } from './lib/jest.mjs';

const args = [...JEST, '-i', 'test/browser/'];
const env = { ...process.env, BATON_SCREENSHOTS: 'docs' };
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
