import type { WorkflowBundle } from '@temporalio/worker';
import type { Command } from 'commander';
import type { App } from '../agents/define-app.ts';
import { loadConfig } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import type { CheckedHistory, HistoryToCheck } from '../replay/check-histories.ts';
import { loadApp } from './load-app.ts';
import { parseCount } from './parse-option.ts';
import { sinceOf } from './since-of.ts';
import { withOperator } from './with-operator.ts';

type Options = { workflow?: string; since: string; dir?: string; limit: number; json?: boolean };
type Check = (histories: readonly HistoryToCheck[]) => Promise<CheckedHistory[]>;

/** Histories in memory at once. */
const CHUNK = 50;

/** Bundles when the first histories are there: a wrong folder or address shall not take seconds to be told. */
function checkerOf(app: App): Check {
  let bundled: Promise<WorkflowBundle> | undefined;
  return async (histories) => {
    if (histories.length === 0) return [];
    const { silentRuntime } = await import('../replay/silent-runtime.ts');
    const { bundleApp } = await import('../replay/bundle-app.ts');
    const { checkHistories } = await import('../replay/check-histories.ts');
    if (!bundled) silentRuntime();
    bundled ??= bundleApp(app);
    return checkHistories({ workflowBundle: await bundled, histories });
  };
}

async function checkFolder(dir: string, { workflow, limit }: Options, check: Check): Promise<CheckedHistory[]> {
  const { readHistories } = await import('../replay/read-histories.ts');
  const { startOf } = await import('../replay/history-json.ts');
  const histories = await readHistories(dir, createDataConverter(loadConfig().payloads).payloadCodecs);
  const isAsked = (one: HistoryToCheck) =>
    workflow === undefined || 'fault' in one || startOf(one.history).workflowType.name === workflow;
  return check(histories.filter(isAsked).slice(0, limit));
}

async function checkServer({ workflow, since, limit }: Options, check: Check): Promise<CheckedHistory[]> {
  const { fetchHistories } = await import('../replay/fetch-histories.ts');
  const from = sinceOf(since);
  return withOperator(
    async ({ client, feed }) => {
      const histories = fetchHistories({
        client: client.workflow,
        eventsOf: feed.events,
        workflow,
        since: from,
        limit,
      });
      const checks: CheckedHistory[] = [];
      let chunk: HistoryToCheck[] = [];
      for await (const history of histories) {
        chunk.push(history);
        if (chunk.length < CHUNK) continue;
        checks.push(...(await check(chunk)));
        chunk = [];
      }
      return [...checks, ...(await check(chunk))];
    },
    { anyTemporal: true },
  );
}

async function replay(module: string | undefined, options: Options): Promise<void> {
  const { dir, workflow, since, json } = options;
  const check = checkerOf(await loadApp(module));
  const checks = dir === undefined ? await checkServer(options, check) : await checkFolder(dir, options, check);
  if (checks.length === 0) {
    const of = workflow === undefined ? '' : ` of workflow ${workflow}`;
    const where =
      dir === undefined ? `no run${of} started within ${since}: give a longer --since` : `no history${of} in ${dir}`;
    throw new BatonError('InvalidInput', `${where}; nothing was checked`);
  }
  const { isGood } = await import('../replay/check-histories.ts');
  const { checksText } = await import('../replay/checks-text.ts');
  process.stdout.write(json ? `${JSON.stringify(checks, null, 2)}\n` : checksText(checks));
  process.exitCode = checks.every(isGood) ? 0 : 1;
}

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .argument('[module]', "module whose default export is a defineApp (default: Baton's own workflows)")
    .description('check that the runs of a server, or the histories of a folder, go on with the code as it is')
    .option('--workflow <name>', 'of this workflow only')
    .option('--since <age>', 'runs that started within, such as 90m, 1h, 7d', '7d')
    .option('--dir <dir>', 'histories of this folder instead of a server')
    .option('--limit <n>', 'at most, newest first', parseCount, 200)
    .option('--json', 'print JSON')
    .action(replay);
}
