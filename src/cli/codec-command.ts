import { createHmac } from 'node:crypto';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { embeddedUiUrl } from './embedded-ui-url.ts';
import { parsePort } from './parse-option.ts';
import { undoList } from './undo-list.ts';
import { untilStopped } from './until-stopped.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Where the UI of this data folder's server is, else where Temporal's own dev server has it; by both names of loopback. */
function uiOrigins(dataDir: string): string[] {
  const { port } = new URL(embeddedUiUrl(dataDir) ?? 'http://localhost:8233');
  return [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
}

async function codec({ port, uiOrigin }: { port: number; uiOrigin?: string[] }): Promise<void> {
  const { ownSecret } = await import('../gateway/auth/own-secret.ts');
  const { serveCodec } = await import('../payload/serve-codec.ts');
  const { dataDir, payloads } = loadConfig();
  const stopped = untilStopped();
  const { payloadCodecs: codecs = [] } = createDataConverter(payloads);
  // The same at every start, so that the UI's setting stays good.
  const token = createHmac('sha256', ownSecret(dataDir)).update('baton codec').digest('base64url');
  const origins = uiOrigin ?? uiOrigins(dataDir);
  const server = await serveCodec({ codecs, token, origins, port });
  say(`codec        ${server.url}`);
  say(`for          ${origins.join(', ')}: set it there as the codec server's endpoint; whoever has it reads payloads`);
  const undo = undoList();
  undo.push('the codec server', () => server.close());
  await stopped.promise;
  await undo.run();
}

export function addCodecCommand(program: Command): void {
  program
    .command('codec')
    .description("show payloads in Temporal's UI: serves it what decodes them, on this machine only")
    .option('--port <port>', 'port to listen on', parsePort, 8081)
    .option('--ui-origin <origins...>', "origins of the UI (default: the embedded server's, else port 8233)")
    .action(codec);
}
