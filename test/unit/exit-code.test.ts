import { expect, test } from '@jest/globals';
import { exitCode } from '../../src/cli/exit-code.ts';
import { RUN_STATUSES } from '../../src/contracts/names.ts';

test('scripts can tell completed, completed with errors and insufficient data from anything else', () => {
  const codes = Object.fromEntries(RUN_STATUSES.map((status) => [status, exitCode(status)]));
  expect(codes).toMatchObject({ completed: 0, completed_with_errors: 2, insufficient_data: 3 });
  const others = RUN_STATUSES.filter((status) => ![0, 2, 3].includes(exitCode(status)));
  expect(others.map(exitCode)).toEqual(others.map(() => 1));
});
