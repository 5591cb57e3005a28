import { basename, dirname } from 'node:path';
import { pino, type Logger } from 'pino';
import { REDACTED_LINES } from '../contracts/redact.ts';
import { openLogFile } from './log-file.ts';

type Options = { path: string; say: (line: string) => void };

/** Logs as JSON lines in a file: on the terminal they would tear the live view apart. */
export function fileLogger({ path, say }: Options): Logger {
  const onTrouble = ({ message }: Error) =>
    say(`${basename(path)} in ${dirname(path)} cannot be written: ${message}; its lines are lost until it can be`);
  return pino({ level: 'info', base: { pid: process.pid }, ...REDACTED_LINES }, openLogFile({ path, onTrouble }));
}
