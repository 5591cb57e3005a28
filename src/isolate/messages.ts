import type { ClassifiedFailure } from '../activities/classify-failure.ts';

/** A failure as it crosses between the worker and an agent's child process. */
export type SentFailure = ClassifiedFailure & {
  code?: string;
  /** Number of an error that the worker handed to the child: it comes back as the same object. */
  ref?: number;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Every message names its run: what a child still says of an earlier one is not heard. */
export type ToChild =
  | {
      kind: 'run';
      run: number;
      module: string;
      agent: string;
      input: unknown;
      /** The plain fields of `ctx`, and the names of its functions that are called across. */
      data: Record<string, unknown>;
      methods: string[];
    }
  | { kind: 'abort'; run: number; reason: SentFailure }
  | { kind: 'answer'; run: number; call: number; result?: unknown; failure?: SentFailure };

export type FromChild =
  | { kind: 'think'; run: number; reasoning: string; progress?: number }
  | { kind: 'log'; run: number; level: LogLevel; message: string; fields?: object }
  | { kind: 'call'; run: number; call: number; of: 'tools' | 'ctx'; name: string; args: unknown[] }
  /** `worn`: so much memory is still taken that the next run had better have a fresh process. */
  | { kind: 'result'; run: number; result: unknown; worn: boolean }
  | { kind: 'failed'; run: number; failure: SentFailure; worn: boolean };
