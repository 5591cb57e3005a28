// Runs inside the workflow sandbox.

import { redactText } from '../contracts/redact.ts';

/** The server fails the workflow's task where a summary is over 400 bytes, which a letter may need three of. */
const MAX_SUMMARY = 100;

/** The line that Temporal UI shows beside an activity or a timer. */
export function summaryOf(...words: string[]): string {
  const text = redactText(words.join(' '));
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY - 1)}…`.toWellFormed() : text;
}
