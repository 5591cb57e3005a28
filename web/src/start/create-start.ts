import type { CostOptimizationInput } from '../../../src/contracts/cost-optimization.ts';
import type { Api } from '../api.ts';

type Request = { files: readonly File[]; input: CostOptimizationInput; onSent: (share: number) => void };

/**
 * Gives a function that starts `costOptimization`. The same again is the same request, also where the answer to the first
 * was lost: a file is sent once, and what is asked for has one request id. Other words are another request.
 */
export function createStart(api: Api): (request: Request) => Promise<string> {
  const uploadIds = new Map<File, string>();
  const requestIds = new Map<string, string>();

  async function uploadIdOf(file: File, onProgress: (share: number) => void): Promise<string> {
    const known = uploadIds.get(file);
    if (known !== undefined) return known;
    const { upload_id } = await api.upload(file, onProgress);
    uploadIds.set(file, upload_id);
    return upload_id;
  }

  function requestIdOf(input: CostOptimizationInput): string {
    const text = JSON.stringify(input);
    const requestId = requestIds.get(text) ?? crypto.randomUUID();
    requestIds.set(text, requestId);
    return requestId;
  }

  return async function start({ files, input, onSent }) {
    const upload_ids: string[] = [];
    for (const [index, file] of files.entries()) {
      upload_ids.push(await uploadIdOf(file, (share) => onSent((index + share) / files.length)));
    }
    const whole = { ...input, upload_ids };
    return api.start(whole, requestIdOf(whole));
  };
}
