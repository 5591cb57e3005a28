import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type S3rver = new (options: Record<string, unknown>) => {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
};

const BUCKET = 'baton-test';

/** An S3 server of the test's own, on a free port; its credentials are put into the environment. */
export async function startS3Server() {
  // It has no types, and is no ES module.
  const S3rver = createRequire(import.meta.url)('s3rver') as S3rver;
  const directory = mkdtempSync(join(tmpdir(), 'baton-s3-'));
  const configureBuckets = [{ name: BUCKET, configs: [] }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    url: `s3://${BUCKET}/payloads?endpoint=${endpoint}`,
    urlOf: (bucket: string) => `s3://${bucket}/payloads?endpoint=${endpoint}`,
    /** Names of the objects that are there. */
    objects: () => readdirSync(join(directory, BUCKET, 'payloads')).filter((name) => name.endsWith('_object')),
    async stop() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
