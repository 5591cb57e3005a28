/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // The package's own name means its sources here; see docs/decisions/0090-the-package-runs-from-dist.md.
  testEnvironmentOptions: { customExportConditions: ['baton-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // A bound for what hangs, not for what is slow on a busy machine.
  testTimeout: 180_000,
};
