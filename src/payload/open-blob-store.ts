import { BatonError } from '../contracts/baton-error.ts';
import type { BlobStore } from './blob-store.ts';
import { createFileBlobs } from './file-blobs.ts';
import { createS3Blobs } from './s3-blobs.ts';
import { s3Location } from './s3-location.ts';

/**
 * The store that the URL names: `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=…&region=…`. Nothing is opened or made
 * before the first blob.
 *
 * @throws BatonError `InvalidInput` when the URL is of no known kind
 */
export function openBlobStore(url: string): BlobStore {
  if (url.startsWith('file:')) return createFileBlobs(url.slice('file:'.length));
  if (url.startsWith('s3:')) return createS3Blobs(s3Location(url));
  throw new BatonError('InvalidInput', `no blob store "${url}" is known; use file:FOLDER or s3://BUCKET/PREFIX`);
}
