import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { BatonError } from '../contracts/baton-error.ts';
import type { FeedSkeleton } from '../replay/feed-skeleton.ts';
import type { HistoryToCheck } from '../replay/check-histories.ts';
import { loadApp } from './load-app.ts';
import { withOperator } from './with-operator.ts';

type Options = { out: string; scrub?: boolean; feed?: boolean; app?: string; keep: string[] };
type Fetched = Extract<HistoryToCheck, { history: unknown }>;

async function fetched(id: string): Promise<Fetched> {
  const { fetchHistory } = await import('../replay/fetch-histories.ts');
  return withOperator(
    async ({ client, feed, find }) => {
      const { workflow_id: workflowId } = await find(id);
      const { runId } = await client.workflow.getHandle(workflowId).describe();
      return fetchHistory({ client: client.workflow, eventsOf: feed.events }, { workflowId, runId });
    },
    { anyTemporal: true },
  );
}

async function scrubbed(history: Fetched, { app, keep }: Options) {
  const { silentRuntime } = await import('../replay/silent-runtime.ts');
  const { bundleApp } = await import('../replay/bundle-app.ts');
  const { scrubbedCopy } = await import('../replay/scrubbed-copy.ts');
  silentRuntime();
  return scrubbedCopy({ history, workflowBundle: await bundleApp(await loadApp(app)), keep });
}

function refuseOverwriting(file: string) {
  if (!existsSync(file)) return;
  const why = 'a history that is kept is never overwritten; choose another name, or delete the file first';
  throw new BatonError('InvalidInput', `${file} exists: ${why}`);
}

async function exportHistory(id: string, options: Options): Promise<void> {
  const { out, scrub, feed: withFeed } = options;
  const { feedFileOf, feedText } = await import('../replay/feed-file.ts');
  const feedFile = feedFileOf(out);
  for (const file of withFeed ? [out, feedFile] : [out]) refuseOverwriting(file);
  const whole = await fetched(id);
  if (withFeed && !whole.seen) {
    throw new BatonError('InvalidInput', `${id}: the log does not have its first events any more; leave --feed out`);
  }
  const { history, feed } = scrub ? await scrubbed(whole, options) : { history: whole.history, feed: whole.seen };
  // For its owner only: unless it is scrubbed, it holds what the run was given and gave, decrypted.
  const how = { flag: 'wx', mode: scrub ? 0o644 : 0o600 };
  await writeFile(out, `${JSON.stringify(history, null, 1)}\n`, how);
  if (withFeed) await writeFile(feedFile, feedText(feed as FeedSkeleton), how);
  const files = withFeed ? `${out} and ${feedFile}` : out;
  const what = scrub
    ? 'without the texts of its user'
    : 'as it is: what the run was given and gave is in it, see --scrub';
  process.stdout.write(`${files}: ${history.events.length} events, ${what}\n`);
}

export function addHistoryCommand(program: Command): void {
  program
    .command('history')
    .description("keep a run's history as a file")
    .command('export')
    .argument('<run>', 'run id or workflow id')
    .description("write a run's history, with all its payloads, for baton replay --dir")
    .requiredOption('--out <file>', 'file to write; one that exists is not overwritten')
    .option('--scrub', 'replace what says something of its user or machines, so that it may be committed')
    .option('--feed', 'write beside it what its user saw, FILE.feed.json')
    .option(
      '--app <module>',
      "with --scrub: module whose default export is a defineApp (default: Baton's own workflows)",
    )
    .option('--keep <text...>', 'with --scrub: texts that stay', [])
    .action(exportHistory);
}
