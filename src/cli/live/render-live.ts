import { styleText } from 'node:util';
import type { AgentState, FoldedAgent, FoldedRun } from '../../feed/folded.ts';
import { duration } from './duration.ts';
import { oneLine } from './one-line.ts';

type Format = Parameters<typeof styleText>[0];

const MARKS: Record<AgentState, [mark: string, format: Format]> = {
  pending: ['·', 'dim'],
  queued: ['◌', 'dim'],
  running: ['●', 'cyan'],
  retrying: ['↻', 'yellow'],
  cancelling: ['◍', 'yellow'],
  completed: ['✔', 'green'],
  failed: ['✖', 'red'],
  dead: ['✖', 'red'],
  cancelled: ['■', 'yellow'],
  skipped: ['○', 'dim'],
};

const BAR = 10;

function bar(progress: number): string {
  const full = Math.round((progress / 100) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** What an agent is doing or came to, in words. */
function latest(agent: FoldedAgent): string {
  const { state, thoughts, tools, error, next_attempt_in_ms } = agent;
  if (state === 'pending') return 'waiting for its turn';
  if (state === 'queued') return 'queued';
  if (state === 'retrying') return `tries again in ${duration(next_attempt_in_ms ?? 0)}: ${error?.message ?? ''}`;
  if (state === 'failed' || state === 'dead') return `${error?.type}: ${error?.message}`;
  if (state === 'skipped') return `skipped: ${agent.skipped ?? ''}`;
  if (state === 'cancelling' || state === 'cancelled') return state;
  const thought = thoughts.at(-1);
  const tool = tools.findLast((each) => each.state === 'running');
  return [tool && `[${tool.tool_name}]`, thought && `${thought.step_number}. ${thought.reasoning}`]
    .filter(Boolean)
    .join(' ');
}

function elapsed({ state, started_at, execution_time_ms, ended_at }: FoldedAgent, now: number): string {
  if (state === 'pending' || started_at === null) return '';
  const end = ended_at === null ? now : Date.parse(ended_at);
  return duration(execution_time_ms ?? Math.max(0, end - Date.parse(started_at)));
}

/** One line per agent: state, name, progress bar, time, attempt, and its latest tool, step and thought. */
export function renderLive(
  run: FoldedRun,
  { columns, now, stream }: { columns: number; now: number; stream: NodeJS.WriteStream },
): string {
  const paint = (format: Format, text: string) => styleText(format, text, { stream });
  const width = Math.max(0, ...run.agents.map(({ agent }) => agent.length));
  return run.agents
    .map((agent) => {
      const [mark, format] = MARKS[agent.state];
      const attempt = agent.attempt > 1 ? ` (attempt ${agent.attempt})` : '';
      const percent = `${Math.round(agent.progress)}%`.padStart(4);
      const head = ` ${agent.agent.padEnd(width)}  `;
      const middle = ` ${percent} ${elapsed(agent, now).padStart(8)}${attempt}  `;
      const room = columns - 1 - head.length - BAR - middle.length - 1;
      const said = oneLine(latest(agent), room);
      return `${paint(format, mark)}${head}${paint(format, bar(agent.progress))}${middle}${agent.state === 'pending' ? paint('dim', said) : said}`;
    })
    .join('\n');
}
