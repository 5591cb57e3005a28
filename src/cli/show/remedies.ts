import { COST_AGENTS, TASK_QUEUE, WORKFLOWS } from '../../contracts/names.ts';
import type { Evidence, Remedy } from './evidence.ts';

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `MODULE` stands where only the reader knows which module it is. */
function moduleOf({ agents, run }: Evidence): string {
  const own: readonly string[] = COST_AGENTS;
  const shipped: readonly string[] = WORKFLOWS;
  return shipped.includes(run.workflow) && agents.length > 0 && agents.every((agent) => own.includes(agent))
    ? ''
    : ' MODULE';
}

/** The commands that `show` gives, each for one run. */
export function remediesFor(known: Evidence) {
  const { run, namespace, taskQueue } = known;
  // A workflow id is unique; a run id only per user.
  const id = shellWord(run.workflow_id);
  const module = moduleOf(known);
  const queue = taskQueue === TASK_QUEUE ? '' : ` --task-queue ${shellWord(taskQueue)}`;
  const where = module && '; MODULE is the module whose default export is your defineApp';

  return {
    worker: (does: string): Remedy => ({ command: `baton worker${module}${queue}`, does: `${does}${where}` }),
    watch: { command: `baton watch ${id}`, does: 'follows the run' },
    look: { command: `baton show ${id}`, does: 'looks again' },
    cancel: { command: `baton cancel ${id}`, does: 'asks it to stop; what it did is undone' },
    terminate: {
      command: `baton terminate ${id} --reason 'why'`,
      does: 'ends it at once, without its code; what its tools did is undone',
    },
    resume: { command: `baton resume ${id}`, does: 'goes on' },
    retryNow: (does: string): Remedy => ({ command: `baton retry ${id} --now`, does }),
    retry: { command: `baton retry ${id}`, does: 'starts it again; what completed is reused' },
    retryFrom: (step: string): Remedy => ({
      command: `baton retry ${id} --from ${shellWord(step)}`,
      does: `does ${step} and what came after it again`,
    }),
    decide(approvalId: string, option: string): Remedy {
      const approval = shellWord(approvalId);
      const short = option === 'approve' || option === 'reject';
      const command = short
        ? `baton ${option} ${id} ${approval}`
        : `baton decide ${id} ${approval} ${shellWord(option)}`;
      return { command, does: `answers "${option}"` };
    },
    replay: {
      command: `baton replay${module} --workflow ${shellWord(run.workflow)}`,
      does: `says where the code diverges; patched('some-name') of baton-agents/workflow keeps both ways${where}`,
    },
    unpauseWorkflow: {
      command: `temporal workflow unpause --workflow-id ${id} --namespace ${shellWord(namespace)}`,
      does: 'lets Temporal go on with it',
    },
  };
}

export type Remedies = ReturnType<typeof remediesFor>;
