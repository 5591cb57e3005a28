import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { createStarter } from './init/create-starter.ts';

async function init(folder: string): Promise<void> {
  const path = await createStarter(folder);
  const shown = relative(process.cwd(), path);
  const enter = shown ? `cd ${shown.startsWith('..') ? path : shown} && ` : '';
  process.stdout.write(
    `${path} is made\n\n${enter}npm install\nnpm run dev\n\nWhat comes then: ${join(path, 'README.md')}\n`,
  );
}

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .argument('<folder>', 'a new or empty folder')
    .description('make a starter project: two agents, a workflow, a program that starts it, and its test')
    .action(init);
}
