import type { S3Client } from '@aws-sdk/client-s3';
import { BatonError } from '../contracts/baton-error.ts';
import type { BlobStore } from './blob-store.ts';
import type { S3Location } from './s3-location.ts';

/** How long a blob is taken to be there once it was seen, in milliseconds, and how many are remembered. */
const REMEMBERED_MS = 3_600_000;
const MAX_REMEMBERED = 10_000;

/** A blob that was written before this is written again when it is used: the bucket may delete what is old. */
const REWRITTEN_AFTER_MS = 86_400_000;

/** How often a request is sent in all. */
const ATTEMPTS = 4;

/** How long each of them may take to be answered, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

async function connect({ endpoint, region }: S3Location, requestTimeout: number): Promise<S3Client> {
  // Only who has such a store pays for its driver at start.
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    ...(endpoint && { endpoint, forcePathStyle: true, region: 'us-east-1' }),
    ...(region && { region }),
    maxAttempts: ATTEMPTS,
    // Without being told to throw, the driver would only warn of a store that hangs, and wait for ever.
    requestHandler: { connectionTimeout: 3_000, requestTimeout, throwOnRequestTimeout: true },
    // Stores that only speak like S3 do not know its newer checksums; ours is the blob's own name.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode;
}

/** Blobs as objects of a bucket. Credentials come as the AWS SDK finds them, never from the URL. */
export function createS3Blobs(
  location: S3Location,
  { requestTimeoutMs = REQUEST_TIMEOUT_MS }: { requestTimeoutMs?: number } = {},
): BlobStore {
  const { bucket: Bucket, prefix } = location;
  const name = `s3://${Bucket}/${prefix}`;
  const keyOf = (sha256: string) => (prefix ? `${prefix}/${sha256}` : sha256);
  const seen = new Map<string, number>();
  let client: Promise<S3Client> | undefined;
  const s3 = () => (client ??= connect(location, requestTimeoutMs));

  function remember(sha256: string) {
    seen.delete(sha256);
    seen.set(sha256, Date.now());
    const [oldest] = seen.keys();
    if (seen.size > MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest);
  }

  function unusable(what: string, cause: unknown): BatonError {
    const why = (cause as Error).message || (cause as Error).name;
    const hint = 'see BATON_STORE and the credentials in the environment';
    return new BatonError('NetworkError', `blob store ${name} cannot be ${what}: ${why}; ${hint}`, { cause });
  }

  async function isThere(Key: string): Promise<boolean> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const { LastModified } = await (await s3()).send(new HeadObjectCommand({ Bucket, Key }));
      return LastModified !== undefined && Date.now() - LastModified.getTime() < REWRITTEN_AFTER_MS;
    } catch (error) {
      // A store may answer 403 for what is not there. If more is forbidden, writing will say so.
      if (statusOf(error) === 404 || statusOf(error) === 403) return false;
      throw error;
    }
  }

  return {
    name,
    async put(sha256, bytes) {
      if (Date.now() - (seen.get(sha256) ?? 0) < REMEMBERED_MS) return;
      const Key = keyOf(sha256);
      try {
        const { PutObjectCommand } = await import('@aws-sdk/client-s3');
        if (!(await isThere(Key))) {
          await (await s3()).send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
        }
      } catch (error) {
        throw unusable('written', error);
      }
      remember(sha256);
    },
    async get(sha256) {
      try {
        const { GetObjectCommand } = await import('@aws-sdk/client-s3');
        const found = await (await s3()).send(new GetObjectCommand({ Bucket, Key: keyOf(sha256) }));
        return await found.Body?.transformToByteArray();
      } catch (error) {
        if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined;
        throw unusable('read', error);
      }
    },
  };
}
