import { nameFault } from './id-fault.ts';
import { durationFault } from './number-fault.ts';
import { optionsFault, type OptionNames } from './option-names.ts';
import type { Question } from './run-messages.ts';

/** Most options of a question, and its longest text in characters. */
const MAX_OPTIONS = 100;
const MAX_QUESTION = 10_000;

const NAMES: OptionNames<Question> = {
  id: true,
  question: true,
  options: true,
  expiresMs: true,
  remindMs: true,
  onExpiry: true,
};

/** What is wrong with a question, in words; undefined if nothing is. */
export function questionFault(given: Question): string | undefined {
  const unusable = optionsFault(given, NAMES);
  if (unusable) return `it ${unusable}`;
  const { question, options, expiresMs, remindMs } = given;
  if (typeof question !== 'string' || question === '') return 'its question must be text';
  if (question.length > MAX_QUESTION) return `its question must have at most ${MAX_QUESTION} characters`;
  if (options !== undefined) {
    if (!Array.isArray(options) || options.length === 0 || options.length > MAX_OPTIONS) {
      return `its options must be a list of 1 to ${MAX_OPTIONS} texts`;
    }
    const bad = options.findIndex(
      (option, index) => nameFault(option) !== undefined || options.indexOf(option) < index,
    );
    if (bad >= 0) return `its option ${bad + 1} ${nameFault(options[bad]) ?? 'is given twice'}`;
  }
  const expiry = expiresMs === undefined ? undefined : durationFault(expiresMs);
  if (expiry) return `expiresMs ${expiry}`;
  const reminder = remindMs === undefined ? undefined : durationFault(remindMs, { least: 0 });
  return reminder && `remindMs ${reminder}`;
}
