import { isGrpcServiceError } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import type { FailureType } from '../contracts/names.ts';
import { ResyncRequired } from '../notifier/resync-required.ts';
import { missingAttributes } from './missing-attributes.ts';
import { isMissing, isNamespaceMissing } from './missing-run.ts';
import type { TemporalServer } from './temporal-server.ts';

/** Codes of gRPC that are told apart; every other one is a server that does not do its work. */
const [CANCELLED, INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION] = [1, 3, 7, 8, 9];
const [UNIMPLEMENTED, UNAUTHENTICATED] = [12, 16];

const UNKNOWN_ATTRIBUTE = /(?:no mapping defined for|invalid) search attribute:? (\w+)/;

type GrpcError = { code: number; details: string };

type Told = { type: FailureType; message: string; code?: string };

function credentialsRefused({ address, namespace }: TemporalServer, details: string): Told {
  const who = 'check TEMPORAL_API_KEY or TEMPORAL_TLS_CLIENT_CERT_PATH, and what they may do there';
  const message = `Temporal at ${address} refuses access to namespace "${namespace}": ${details}; ${who}`;
  return { type: 'InvalidInput', code: 'permission_denied', message };
}

function tell({ code, details }: GrpcError, server: TemporalServer): Told {
  const where = `Temporal at ${server.address}`;
  switch (code) {
    case CANCELLED:
      return { type: 'Cancelled', message: `the call to ${where} was cancelled` };
    case INVALID_ARGUMENT:
    case FAILED_PRECONDITION:
      return { type: 'InvalidInput', code: 'refused', message: `Temporal refuses this: ${details}` };
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return credentialsRefused(server, details);
    case RESOURCE_EXHAUSTED:
      if (/larger than max/.test(details))
        return { type: 'PayloadTooLarge', message: `Temporal refuses so large a message: ${details}` };
      return { type: 'RateLimited', message: `${where} is asked too often: ${details}; try again later` };
    case UNIMPLEMENTED: {
      const message = `${where} does not know this call: ${details}; upgrade the server, "baton doctor" tells its version`;
      return { type: 'InvalidInput', code: 'server_too_old', message };
    }
    default:
      return {
        type: 'NetworkError',
        message: `${where} does not answer: ${details}; try again, or see "baton doctor"`,
      };
  }
}

function grpcErrorOf(error: unknown): GrpcError | undefined {
  if (isGrpcServiceError(error)) return error;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : undefined;
}

function byName(error: Error, { address }: TemporalServer): Told | undefined {
  const where = `Temporal at ${address}`;
  switch (error.name) {
    case 'WorkflowExecutionAlreadyStartedError':
      return { type: 'InvalidInput', code: 'request_conflict', message: 'Temporal has this run already' };
    case 'QueryNotRegisteredError':
    case 'QueryRejectedError':
      return { type: 'InvalidInput', code: 'refused', message: `the run does not answer this: ${error.message}` };
    case 'ServiceError':
    case 'TransportError':
    case 'WorkflowUpdateRPCTimeoutOrCancelledError':
      return { type: 'NetworkError', message: `${where} does not answer: ${error.message}; see "baton doctor"` };
    default:
      return undefined;
  }
}

/**
 * What a caller is told of a failed call to Temporal or of a cursor that does not fit: an error of our own list that
 * names the server and the remedy. The one place where Temporal's errors become ours. Anything else stays what it is.
 */
export function toBatonError(error: unknown, server: TemporalServer): unknown {
  if (!(error instanceof Error) || error instanceof BatonError) return error;
  const { address, namespace } = server;
  if (error instanceof ResyncRequired) {
    const { reason, message } = error;
    return new BatonError('InvalidInput', message, { code: 'cursor_refused', details: { reason }, cause: error });
  }
  if (isNamespaceMissing(error)) {
    const remedy = `correct TEMPORAL_NAMESPACE, or make it: temporal operator namespace create --address ${address} --namespace ${namespace}`;
    const message = `Temporal at ${address} has no namespace "${namespace}"; ${remedy}`;
    return new BatonError('InvalidInput', message, { code: 'namespace_missing', cause: error });
  }
  if (isMissing(error)) {
    const message = `Temporal has no such run, or it has ended: ${error.message}`;
    return new BatonError('InvalidInput', message, { code: 'not_found', cause: error });
  }
  const grpc = grpcErrorOf(error);
  const [, attribute] = UNKNOWN_ATTRIBUTE.exec(grpc?.details ?? '') ?? [];
  if (attribute) return missingAttributes([attribute], server, error);
  const told = grpc ? tell(grpc, server) : byName(error, server);
  return told ? new BatonError(told.type, told.message, { code: told.code, cause: error }) : error;
}
