/**
 * Why spend analysis cannot go on.
 * - `invalid_input`: a file or an option is not usable as given
 * - `unknown_format`: no adapter understands the file
 * - `too_many_bad_rows`: more rows are unusable than is tolerated
 * - `unknown_model`: the price book has no price for the model
 * - `disk_full`, `out_of_memory`: the machine, not the input; worth another try elsewhere
 */
export type SpendErrorCode =
  | 'invalid_input'
  | 'unknown_format'
  | 'too_many_bad_rows'
  | 'unknown_model'
  | 'disk_full'
  | 'out_of_memory';

export type SpendErrorOptions = {
  code: SpendErrorCode;
  /** One sentence or more: what, where, why, what to do. */
  message: string;
  /** File the error is about. */
  path?: string;
  /** Line of that file, from 1. */
  row?: number;
  cause?: unknown;
};

/** The only error this folder throws on purpose; its message is written for the person who gave the input. */
export class SpendError extends Error {
  readonly code: SpendErrorCode;
  readonly path: string | undefined;
  readonly row: number | undefined;

  constructor({ code, message, path, row, cause }: SpendErrorOptions) {
    super(message, { cause });
    this.name = 'SpendError';
    this.code = code;
    this.path = path;
    this.row = row;
  }
}
