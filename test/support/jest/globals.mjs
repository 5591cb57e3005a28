/** What '@jest/globals' is to modules that are loaded once for many test files: bindings that follow the file that runs. */
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, test;

export function use(globals) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } = globals);
}
