// Writes the table of docs/replay.md: applies every deliberate change of the workflows and checks the committed histories.
import { readFileSync, writeFileSync } from 'node:fs';
import { silentRuntime } from '../src/replay/silent-runtime.ts';
import { committedHistories } from '../test/replay/committed.ts';
import { judgeMutations } from '../test/replay/judge-mutations.ts';
import { MUTATIONS } from '../test/replay/mutations.ts';
import { mutationsTable, withTable } from '../test/replay/mutations-table.ts';

const PAGE = 'docs/replay.md';

silentRuntime();
const histories = await committedHistories();
const verdicts = await judgeMutations(MUTATIONS, () => histories);
writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), mutationsTable(verdicts)));
process.stdout.write(`wrote ${PAGE}\n`);
