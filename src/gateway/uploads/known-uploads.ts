import { Problem } from '../problem.ts';
import type { UploadStore } from './upload-store.ts';

/** Uploads that one request may name. */
export const MAX_UPLOAD_IDS = 100;

type Options = {
  uploads: UploadStore;
  user: string;
  /** What the request gave as `upload_ids`. */
  ids: unknown;
  /** JSON pointer of the ids in the request's body. */
  path: string;
};

function refused(errors: { path: string; message: string }[]): Problem {
  return new Problem({ code: 'invalid_input', detail: 'not all uploads are there', errors });
}

/**
 * The files of a user's uploads, in the order of their ids. An id of somebody else's upload is as unknown as any other.
 *
 * @throws Problem `invalid_input` with the path of each id that this user has no upload of
 */
export async function knownUploads({ uploads, user, ids, path }: Options): Promise<string[]> {
  if (!Array.isArray(ids) || ids.length > MAX_UPLOAD_IDS) {
    throw refused([{ path, message: `must be a list of at most ${MAX_UPLOAD_IDS} ids of your uploads` }]);
  }
  const found = await Promise.all(
    ids.map((id: unknown) => (typeof id === 'string' ? uploads.find({ user, uploadId: id }) : undefined)),
  );
  const errors = ids.flatMap((id: unknown, index) =>
    found[index] ? [] : [{ path: `${path}/${index}`, message: `there is no upload "${String(id).slice(0, 64)}"` }],
  );
  if (errors.length > 0) throw refused(errors);
  return found as string[];
}
