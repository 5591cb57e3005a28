import type { Sinks } from '@temporalio/workflow';

/** What workflow code asked for while it was replayed. */
export type Command =
  | { kind: 'activity'; name: string; args: unknown[]; options: unknown }
  | { kind: 'local'; name: string; args: unknown[]; options: unknown }
  | { kind: 'timer'; ms: number }
  | { kind: 'child'; name: string }
  | { kind: 'continue'; name: string; args: unknown[] }
  | { kind: 'end'; how: string };

/** How the sandbox tells it: one command as JSON. */
export type ReplaySinks = Sinks & { replay: { command(json: string): void } };
