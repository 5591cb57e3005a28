import { createHash } from 'node:crypto';
import type { Config } from '../../config.ts';
import { withoutPassword } from '../../contracts/without-password.ts';
import { openBlobStore } from '../../payload/open-blob-store.ts';
import { check, type Check } from './check.ts';

const PROBE = Buffer.from('"written by baton doctor"');

/** Whether large payloads can be kept where they are to be kept, and other machines would find them there. */
export function checkPayloads({ payloads: { storeUrl, keys }, storeUrl: logUrl }: Config): Promise<Check> {
  return check('payload store', async () => {
    const sealed = keys.length > 0 ? `encrypted by key "${keys[0]?.id}"` : 'not encrypted';
    const found = `${withoutPassword(storeUrl)}, ${sealed}`;
    if (storeUrl.startsWith('file:')) {
      const remedy = 'with several machines, set BATON_STORE to s3://… or to a folder that all of them share';
      return { state: logUrl.startsWith('redis') ? 'slow' : 'ok', found, remedy };
    }
    const store = openBlobStore(storeUrl);
    const sha256 = createHash('sha256').update(PROBE).digest('hex');
    await store.put(sha256, PROBE);
    const isBack = PROBE.equals((await store.get(sha256)) ?? Buffer.alloc(0));
    return { state: isBack ? 'ok' : 'bad', found, remedy: 'the store does not give back what was written: replace it' };
  });
}
