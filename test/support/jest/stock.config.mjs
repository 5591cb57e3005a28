/**
 * Jest as it comes, with a module registry for each file: what passes by the own runtime must not need it. Pure tests only;
 * Temporal's SDK is not made to be loaded twice.
 *
 * @type {import('jest').Config}
 */
export default {
  rootDir: '../../..',
  transform: { '\\.ts$': '<rootDir>/test/support/jest/strip-types.cjs' },
  extensionsToTreatAsEsm: ['.ts'],
  // The package's own name means its sources, as --conditions has it for Node.
  testEnvironmentOptions: { customExportConditions: ['baton-source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/test/unit/**/*.test.ts', '<rootDir>/test/feed/fold*.test.ts'],
};
