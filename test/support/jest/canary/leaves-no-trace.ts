import * as globals from '@jest/globals';

const { jest } = globals;
/** The files that have called it: they share this module. */
const callers: string[] = [];

/** Tests that find nothing of the file that ran before, and leave everything behind that the next one must not see. */
export function leavesNoTrace(file: string): void {
  const { expect, test } = globals;

  test('finds the environment as it was given', () => {
    expect(process.env.CANARY_GIVEN).toBe('as given');
    expect(process.env.CANARY_NEW).toBeUndefined();
    Object.assign(process.env, { CANARY_GIVEN: file, CANARY_NEW: file });
  });

  test('has an expect of its own', () => {
    expect('toBeCanary' in expect(1)).toBe(false);
    expect(expect.getState().testPath).toBe(file);
    expect.extend({ toBeCanary: () => ({ pass: true, message: () => '' }) });
    expect('toBeCanary' in expect(1)).toBe(true);
  });

  test('shares its modules with other files, and hears so where it would replace one', () => {
    callers.push(file);
    process.stdout.write(`canary: ${callers.length}\n`);
    expect(() => jest.mock('node:fs')).toThrow(/jest\.mock is not available: test files share their modules/);
  });

  test('has the classes of this realm', () => {
    expect(new Error('canary')).toEqual(expect.any(Error));
    expect(new Uint8Array(1)).toBeInstanceOf(Uint8Array);
  });
}
