/** Every `code` of an error answer, with its HTTP status and title. Clients branch on `code`; it never changes. */
export const PROBLEMS = {
  invalid_request: [400, 'The request is malformed'],
  token_missing: [401, 'A token is needed'],
  token_invalid: [401, 'The token is refused'],
  host_refused: [403, 'The gateway does not go by this name'],
  origin_refused: [403, 'Pages of this origin may not call the gateway'],
  not_found: [404, 'There is no such thing'],
  method_not_allowed: [405, 'The path does not serve this method'],
  request_timeout: [408, 'The request did not come in time'],
  cursor_refused: [409, 'The cursor does not fit the log'],
  request_conflict: [409, 'The run exists with another input'],
  run_not_finished: [409, 'The run has not ended'],
  no_report: [409, 'The run has no report'],
  not_recomputable: [409, 'The report cannot be recomputed'],
  already_decided: [409, 'This was decided before'],
  not_retryable: [409, 'The run cannot be retried'],
  precondition_failed: [412, 'The precondition does not hold'],
  too_large: [413, 'The request is too large'],
  quota_exceeded: [413, 'Your uploads take all of their room'],
  unsupported_media_type: [415, 'The content type is not understood'],
  range_not_satisfiable: [416, 'There is no such part of the file'],
  expectation_failed: [417, 'The expectation is not met'],
  invalid_input: [422, 'The input is refused'],
  unknown_format: [422, 'The file format is not known'],
  upgrade_required: [426, 'This is served by WebSocket only'],
  rate_limited: [429, 'Too many requests'],
  too_many_streams: [429, 'Too many open streams'],
  headers_too_large: [431, 'The headers are too large'],
  internal_error: [500, 'The gateway failed'],
  temporal_unavailable: [503, 'Temporal does not answer'],
  log_unavailable: [503, 'The event log does not answer'],
  identity_unavailable: [503, 'The identity provider does not answer'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong in the input; `path` is a JSON pointer. */
export type ProblemIssue = { path: string; message: string };

/** Most faults that an answer lists, and most characters of each text in it: both may repeat what was sent. */
const MAX_ERRORS = 50;
const MAX_TEXT = 2_000;

const shorten = (text: string, max: number) => (text.length > max ? `${text.slice(0, max)}…` : text);

const bounded = ({ path, message }: ProblemIssue) => ({ path: shorten(path, 500), message: shorten(message, 500) });

type Options = {
  code: ProblemCode;
  detail: string;
  errors?: ProblemIssue[];
  /** More members of the answer, such as the first decision. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** For the gateway's own log; never part of the answer. */
  cause?: unknown;
};

/** An error answer by RFC 9457. Thrown anywhere in a request, it becomes `application/problem+json`. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;

  constructor({ code, detail, errors, extra, headers = {}, cause }: Options) {
    super(detail, { cause });
    const [status, title] = PROBLEMS[code];
    this.code = code;
    this.status = status;
    this.headers = status === 401 ? { ...headers, 'www-authenticate': 'Bearer' } : headers;
    const shown = {
      detail: shorten(detail, MAX_TEXT),
      ...(errors && { errors: errors.slice(0, MAX_ERRORS).map(bounded) }),
      ...(errors && errors.length > MAX_ERRORS && { errors_in_all: errors.length }),
    };
    this.body = { type: `urn:baton:problem:${code}`, title, status, code, ...shown, ...extra };
  }
}
