// npm run soak:effects [-- SEEDS]: kills workers around calls whose effect must not happen twice. Exit 1 on any fault.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { startEmbeddedServer } from '../src/dev/start-embedded-server.ts';
import { ensureTemporalCli } from '../src/temporal-cli/ensure-temporal-cli.ts';
import { bundleWorkflows } from '../src/workflow-bundle/bundle-workflows.ts';
import { faultOf, killDuringEffects } from '../test/support/effect-soak.ts';

const count = Number(process.argv[2] ?? 200);
const say = (line: string) => void process.stdout.write(`${line}\n`);

const logger = new DefaultLogger('ERROR');
const dataDir = mkdtempSync(join(tmpdir(), 'baton-soak-'));
const server = await startEmbeddedServer({ dataDir, cliPath: await ensureTemporalCli({ say }) });
try {
  const workflows = new URL('../test/support/workflows.ts', import.meta.url);
  const codePath = join(dataDir, 'workflows.js');
  writeFileSync(codePath, (await bundleWorkflows({ app: { workflows }, dataConverter: {}, logger })).code);
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  const startedAt = performance.now();
  const killed = await killDuringEffects({ address: server.address, codePath, seeds, perKill: 20 });
  const faults = killed.flatMap((one) => faultOf(one) ?? []);
  for (const one of killed) if (faultOf(one)) say(`seed ${one.seed}, killed ${one.hit} the call: ${faultOf(one)}`);
  const hits = ['before', 'during', 'after'].map((hit) => `${killed.filter((k) => k.hit === hit).length} ${hit}`);
  const unknown = killed.filter(({ outcome }) => !outcome.success).length;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  say(`${count} seeds in ${seconds} s: killed ${hits.join(', ')} the call; ${unknown} left to a person`);
  say(`${faults.length} faults`);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
