import { nearestName } from '../contracts/nearest-names.ts';
import { pathText, type JsonFault, type JsonPath } from '../contracts/json-faults.ts';

/** One thing that is wrong with a plan or its input. */
export type PlanFault = JsonFault & {
  /** The name that was probably meant. */
  nearest?: string;
};

/** Faults of one plan that are looked for: whoever has so many corrects these first. */
export const MAX_PLAN_FAULTS = 50;

/** Longest name that is repeated in a fault, in characters. */
const MAX_SHOWN = 100;

const shown = (name: string) => JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);

export function fault(path: JsonPath, message: string): PlanFault {
  return { path: pathText(path), message };
}

/** A fault about a name that is not known, with the one that was probably meant. */
export function unknownName(path: JsonPath, what: string, name: string, known: Iterable<string>): PlanFault {
  const names = [...known];
  const nearest = nearestName(name, names);
  const some = names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '');
  const hint = nearest ? `; did you mean ${JSON.stringify(nearest)}?` : `; known: ${some || 'none'}`;
  return { path: pathText(path), message: `unknown ${what} ${shown(name)}${hint}`, nearest };
}

/** All faults as one text, a line each. */
export function faultList(faults: readonly PlanFault[]): string {
  return faults.map(({ path, message }) => `  ${path || '(plan)'}: ${message}`).join('\n');
}
