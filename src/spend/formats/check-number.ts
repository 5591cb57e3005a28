import type { RowCheck } from './format.ts';

/**
 * Checks that a text column holds a whole number that is not negative. A cast alone will not do: it rounds 12.5 to 13.
 *
 * @param name the column's name in the export, for the reason shown
 * @param sql the column in the scan, as VARCHAR
 */
export function checkNumber(name: string, sql: string): RowCheck[] {
  const shown = `left(${sql}, 40)`;
  return [
    { when: `coalesce(${sql}, '') = ''`, reason: `'${name} is empty'` },
    { when: `regexp_full_match(${sql}, '-[0-9]+')`, reason: `'${name} is negative: ' || ${shown}` },
    { when: `NOT regexp_full_match(${sql}, '[0-9]{1,15}')`, reason: `'${name} is not a whole number: ' || ${shown}` },
  ];
}
