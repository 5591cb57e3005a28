import { objectFault } from './kind-fault.ts';
import { nearestName } from './nearest-names.ts';

/** Every name of a group of options. The compiler holds it complete: a new option that is missing here is an error. */
export type OptionNames<Options> = { [Name in keyof Required<Options>]: true };

/** Longest name that is quoted, in characters. */
const MAX_QUOTED = 64;

/**
 * What is wrong with the names of a group of options, in words that follow the group's own name: a misspelled option would
 * otherwise be ignored without a word. An option that is `undefined` counts as absent.
 */
function unknownNameFault(given: object, names: Readonly<Record<string, true>>): string | undefined {
  const unknown = Object.entries(given).find(([name, value]) => value !== undefined && !Object.hasOwn(names, name));
  if (!unknown) return undefined;
  const [name] = unknown;
  const known = Object.keys(names);
  const nearest = nearestName(name, known);
  const remedy = nearest === undefined ? `it takes ${known.join(', ')}` : `did you mean ${nearest}?`;
  return `must not have an option ${JSON.stringify(name.slice(0, MAX_QUOTED))}; ${remedy}`;
}

/** What is wrong with a group of options: another kind of value, or a name that it does not have. */
export function optionsFault<Options extends object>(given: unknown, names: OptionNames<Options>): string | undefined {
  return objectFault(given) ?? unknownNameFault(given as object, names as Readonly<Record<string, true>>);
}
