import { join } from 'node:path';

/** What Node is given to run Jest: the package's own name means its sources then. */
export const JEST = ['--conditions=baton-source', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js')];
