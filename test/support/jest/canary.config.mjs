/**
 * The own runtime on two files that try to reach each other; without a server.
 *
 * @type {import('jest').Config}
 */
export default {
  rootDir: '../../..',
  runtime: '<rootDir>/test/support/jest/native-runtime.cjs',
  testEnvironment: '<rootDir>/test/support/jest/one-realm.cjs',
  transform: {},
  testMatch: ['<rootDir>/test/support/jest/canary/*.canary.ts'],
};
