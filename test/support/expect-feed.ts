import { expect } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';

/** A user's whole feed counts 1, 2, 3 ... */
export function expectGapless(events: readonly BatonEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
}
