import { fileURLToPath } from 'node:url';
import { placesIn } from '../../contracts/thrown-message.ts';

/** Longest chain of causes that is followed. */
const MAX_DEPTH = 5;

/** Most lines of a stack that are shown. */
const MAX_PLACES = 5;

const NOT_OWN = /[\\/]node_modules[\\/]|workflow-bundle-/;

/** Where this library's own files are when it runs from a checkout; installed, it is below `node_modules`. */
const SOURCES = fileURLToPath(new URL('../../', import.meta.url));

function isOwn(place: string): boolean {
  const path = place.startsWith('file:') ? fileURLToPath(place) : place;
  return !NOT_OWN.test(path) && !path.startsWith(SOURCES);
}

/**
 * Files, lines and columns of the project's own code from which something was thrown, innermost first, as far as stacks
 * say: of the innermost cause that names any.
 */
export function thrownPlaces(error: Error, depth = MAX_DEPTH): string[] {
  const inner = error.cause instanceof Error && depth > 0 ? thrownPlaces(error.cause, depth - 1) : [];
  if (inner.length > 0) return inner;
  return placesIn(error.stack ?? '')
    .filter(isOwn)
    .slice(0, MAX_PLACES);
}

/** The places in words, a line each. */
export function placeLines([thrown, ...from]: readonly string[]): string[] {
  return thrown === undefined ? [] : [`thrown at ${thrown}`, ...from.map((place) => `  called at ${place}`)];
}
