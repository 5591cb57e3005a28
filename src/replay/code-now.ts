import type { AgentCall } from '../contracts/agent-call.ts';
import { PUBLISH_ACTIVITY } from '../contracts/names.ts';
import type { Command } from './command.ts';
import { nameOfActivity } from './history-activities.ts';

type Scheduled = Extract<Command, { kind: 'activity' | 'local' }>;

const RUN_END = /^run_(completed|failed|cancelled)$/;

function nameOf({ name, args }: Scheduled): string {
  return nameOfActivity({ name, call: args[0] as Partial<AgentCall> | undefined });
}

function tellLocal(command: Scheduled): string {
  const [{ events = [] } = {}] = command.args as [{ events?: { type: string }[] }?];
  const end = events.find(({ type }) => RUN_END.test(type));
  if (end) return `ends the run (${end.type})`;
  if (command.name !== PUBLISH_ACTIVITY) return `runs ${nameOf(command)} in its own task`;
  return `tells ${events.map(({ type }) => type).join(', ')}`;
}

function tell(command: Command): string | undefined {
  switch (command.kind) {
    case 'activity':
      return `schedules ${nameOf(command)}`;
    case 'local':
      return tellLocal(command);
    case 'child':
      return `starts child workflow ${command.name}`;
    case 'continue':
      return 'continues as a new run';
    case 'end':
      return `ends the run (${command.how})`;
    default:
      return undefined;
  }
}

const weightOf = (told: string) => (told.startsWith('ends') ? 0 : told.startsWith('tells') ? 2 : 1);

/** What the code asks for once its first `matched` activities were those of the history, as a person would say it. */
export function codeNow(commands: readonly Command[], matched: number): string {
  const asked = commands.filter((command) => command.kind === 'activity');
  const next = asked[matched];
  if (next) return tell(next) as string;
  const last = asked[matched - 1];
  const rest = last ? commands.slice(commands.indexOf(last) + 1) : commands;
  // That it tells something says least: before the point where they part, history told it as well.
  const told = rest.flatMap((command) => tell(command) ?? []).sort((a, b) => weightOf(a) - weightOf(b));
  if (told[0]) return told[0];
  const timer = rest.findLast((command) => command.kind === 'timer');
  return timer ? `waits for a timer of ${timer.ms} ms` : 'asks for nothing';
}
