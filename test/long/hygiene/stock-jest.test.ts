import { expect, test } from '@jest/globals';
import { runJest } from '../../support/run-jest.ts';

test('the pure tests also pass by a stock Jest', async () => {
  const { output, code } = await runJest('stock.config.mjs');
  expect({ output, code }).toMatchObject({ code: 0 });
  expect(output).toMatch(/Tests: +\d+ passed, \d+ total/);
});
