import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { BatonError } from '../contracts/baton-error.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import { KeysUnavailable } from './auth/keys-unavailable.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** What Fastify and its plugins refuse by themselves, by HTTP status. */
const BY_STATUS: Record<number, ProblemCode> = {
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  412: 'precondition_failed',
  413: 'too_large',
  415: 'unsupported_media_type',
  416: 'range_not_satisfiable',
  417: 'expectation_failed',
  429: 'rate_limited',
  431: 'headers_too_large',
};

/** What the file system says of a name that no file can have; one that must not be served, 403, is as good as none. */
const NO_FILE = ['ENAMETOOLONG', 'ENOTDIR', 'ELOOP', 'ERR_INVALID_ARG_VALUE'];

/** What a body says that ended before its time, or that is no form though it calls itself one. */
const CUT_OFF = ['ECONNRESET', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'];

/** Codes that tell of how the gateway is set up: nothing that its user could mend, nor should know. */
const NOT_SET_UP = [
  'foreign_temporal',
  'namespace_missing',
  'permission_denied',
  'search_attributes_missing',
  'server_too_old',
  'version_mismatch',
];

/** Of a disk that takes nothing now: uploads are written to it. */
const DISK_AWAY = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

type Refusal = FastifyError & { headers?: Record<string, string> };

const AWAY = { detail: 'try again in some seconds', headers: { 'retry-after': '5' } };

function ofBatonError(error: BatonError): Problem | undefined {
  if (NOT_SET_UP.includes(error.code ?? '')) {
    return new Problem({ code: 'temporal_unavailable', detail: 'look for the request id in the logs of the gateway' });
  }
  if (error.code === 'payload_key_missing') {
    return new Problem({ code: 'log_unavailable', detail: 'look for the request id in the logs of the gateway' });
  }
  if (error.code === 'request_conflict') return new Problem({ code: 'request_conflict', detail: error.message });
  if (error.code === 'not_found') return new Problem({ code: 'not_found', detail: error.message });
  if (error.type === 'InvalidInput') return new Problem({ code: 'invalid_input', detail: error.message });
  if (error.type === 'PayloadTooLarge') return new Problem({ code: 'too_large', detail: error.message });
  // Cancelled is what a server says that shuts down.
  if (['NetworkError', 'RateLimited', 'Cancelled'].includes(error.type)) {
    return new Problem({ code: 'temporal_unavailable', ...AWAY, cause: error });
  }
  return undefined;
}

/** Turns whatever was thrown in a request into its answer. What is not foreseen tells the client nothing of itself. */
export function toProblem(error: unknown, { maxBodyBytes }: { maxBodyBytes?: number } = {}): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) return new Problem({ code: 'log_unavailable', ...AWAY, cause: error });
  if (DISK_AWAY.includes(String((error as NodeJS.ErrnoException | undefined)?.code))) {
    const detail = 'the disk takes nothing now; try again later';
    return new Problem({ code: 'log_unavailable', ...AWAY, detail, cause: error });
  }
  if (error instanceof KeysUnavailable) return new Problem({ code: 'identity_unavailable', ...AWAY });
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      path: instancePath,
      message: message ?? '',
    }));
    const where = (error as { validationContext?: string }).validationContext ?? 'request';
    return new Problem({ code: 'invalid_request', detail: `the ${where} is not as it must be`, errors });
  }
  if (error instanceof BatonError) {
    const known = ofBatonError(error);
    if (known) return known;
  }
  const { statusCode = 500, code = '', message = '', headers } = (error ?? {}) as Partial<Refusal>;
  if (statusCode === 403 || NO_FILE.includes(code))
    return new Problem({ code: 'not_found', detail: 'there is no such file' });
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' && maxBodyBytes !== undefined) {
    const message = `the body may have at most ${maxBodyBytes} bytes`;
    return new Problem({ code: 'too_large', detail: message, errors: [{ path: '', message }] });
  }
  if (CUT_OFF.includes(code)) return new Problem({ code: 'invalid_request', detail: 'the body ended before its time' });
  if (statusCode >= 400 && statusCode < 500) {
    const range = headers?.['content-range'];
    return new Problem({
      code: BY_STATUS[statusCode] ?? 'invalid_request',
      detail: message,
      ...(range && { headers: { 'content-range': range } }),
    });
  }
  return new Problem({ code: 'internal_error', detail: 'look for the request id in the logs of the gateway' });
}
