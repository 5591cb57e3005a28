/** What '@jest/globals' is to modules that are loaded once for many test files: bindings that follow the file that runs. */
export let afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  fdescribe,
  fit,
  it,
  test,
  xdescribe,
  xit,
  xtest;

export function use(globals) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect } = globals);
  ({ fdescribe, fit, it, test, xdescribe, xit, xtest } = globals);
}

/** Modules are shared by all test files of a process: what `jest` replaces in one of them, the others would get as well. */
export const jest = new Proxy(
  {},
  {
    get(_target, name) {
      if (typeof name === 'symbol') return undefined;
      throw new Error(
        `jest.${name} is not available: test files share their modules (test/support/jest/native-runtime.cjs), so a mock or a fake ` +
          'timer would reach other files. Start the real thing (test/support/), or hand in what is to be replaced.',
      );
    },
  },
);
