import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Module of the workflows that ship with Baton. */
export const WORKFLOWS_PATH = fileURLToPath(new URL(`../workflows/index${extname(import.meta.url)}`, import.meta.url));
