import { livingServer } from '../dev/server-record.ts';

/** Address of the embedded server's Temporal UI, or null if none runs in this data folder. */
export function embeddedUiUrl(dataDir: string): string | null {
  const server = livingServer(dataDir);
  return server ? `http://127.0.0.1:${server.ui_port}` : null;
}
