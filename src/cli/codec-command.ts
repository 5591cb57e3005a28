import { createHmac } from 'node:crypto';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { embeddedUiUrl } from './embedded-ui-url.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import type { Flags } from '../settings/resolve-settings.ts';
import { undoList } from './undo-list.ts';
import { untilStopped } from './until-stopped.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Where the UI of this data folder's server is, else where Temporal's own dev server has it; by both names of loopback. */
function uiOrigins(dataDir: string): string[] {
  const { port } = new URL(embeddedUiUrl(dataDir) ?? 'http://localhost:8233');
  return [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
}

async function codec({ uiOrigin }: { uiOrigin?: string[] }, flags: Flags): Promise<void> {
  const { ownSecret } = await import('../gateway/auth/own-secret.ts');
  const { serveCodec } = await import('../payload/serve-codec.ts');
  const { dataDir, payloads, codecPort: port } = loadConfig(process.env, { role: 'codec', flags });
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
  const command = program
    .command('codec')
    .description("show payloads in Temporal's UI: serves it what decodes them, on this machine only")
    .option('--ui-origin <origins...>', "origins of the UI (default: the embedded server's, else port 8233)");
  addSettingFlags(command, 'codec').action((options: { uiOrigin?: string[] }) =>
    codec(options, settingFlags(command, 'codec')),
  );
}
