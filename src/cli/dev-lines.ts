import type { Logger } from '@temporalio/worker';
import { createAllowance } from '../contracts/allowance.ts';
import type { NewEvent } from '../contracts/event.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { redact, redactText } from '../contracts/redact.ts';
import { thrownField, thrownMessage } from '../contracts/thrown-message.ts';
import { duration } from './live/duration.ts';
import { oneLine } from './live/one-line.ts';
import { thrownPlaces } from './show/thrown-places.ts';

/** Lines that are shown at once and then a second: of runs and failures, and of what agents log. */
const SHOWN = { run: { burst: 100, perSecond: 10 }, log: { burst: 50, perSecond: 5 } };

/** Longest line in characters, and wait before lines that were left out are counted, in milliseconds. */
const MAX_LINE = 300;
const COUNT_AFTER_MS = 1_000;

/** Most events that are remembered as shown: what is published again is not shown again. */
const MAX_SEEN = 1_000;

/** What the SDK adds to the fields of a line. */
const ATTRIBUTES = new Set(
  'sdkComponent taskQueue isLocal attempt namespace taskToken activityId activityType workflowId workflowRunId workflowType runId'.split(
    ' ',
  ),
);

type Options = {
  say: (line: string) => void;
  /** Payloads are encrypted, so that no line repeats what an error says. */
  sealed: boolean;
};

type Meta = { workflowId?: string; activityType?: string; sdkComponent?: string; attempt?: number; error?: unknown };

function runOf(workflowId = ''): string {
  const [workflow = '', user = '', run = ''] = workflowId.split('/');
  return run ? `${workflow} ${decodeURIComponent(run)} of ${decodeURIComponent(user)}` : workflow;
}

/** What a developer watches a terminal for: each run's start and end, each failure with its place, and what agents log. */
export function devLines({ say, sealed }: Options) {
  const allowances = { run: createAllowance(SHOWN.run), log: createAllowance(SHOWN.log) };
  const seen = new Set<string>();
  let leftOut = 0;
  let counting: NodeJS.Timeout | undefined;

  function count() {
    counting = undefined;
    say(`${leftOut} more lines were left out here; what agents log is in worker.log`);
    leftOut = 0;
  }

  function show(kind: keyof typeof SHOWN, text: string) {
    if (!allowances[kind].isOpen()) {
      leftOut += 1;
      counting ??= setTimeout(count, COUNT_AFTER_MS).unref();
      return;
    }
    allowances[kind].take(1);
    say(`${new Date().toISOString().slice(11, 19)} ${oneLine(redactText(text), MAX_LINE)}`);
  }

  const saying = (error: unknown) => (sealed ? '' : `: ${thrownMessage(error)}`);

  function onFailure(message: string, { workflowId, activityType, attempt, error }: Meta) {
    const [place] = thrownPlaces(error as Error);
    // The run's own failure repeats what its agent said, unless the workflow's code threw it.
    if (activityType === undefined && place === undefined) return;
    const who = activityType === undefined ? message : `${activityType} failed at attempt ${attempt}`;
    const type = thrownField(error, 'type') ?? thrownField(error, 'name');
    const what = `${runOf(workflowId)}: ${who}: ${String(type)}${saying(error)}`;
    // Behind a long message the place would be cut off.
    show('run', `${oneLine(redactText(what), MAX_LINE / 2)}${place === undefined ? '' : ` at ${place}`}`);
  }

  function hear(level: string, message: string, meta: Meta = {}) {
    if (level === 'TRACE' || level === 'DEBUG') return;
    const { error, workflowId, activityType, sdkComponent } = meta;
    const isFailure = sdkComponent === 'worker' && typeof error === 'object' && error !== null;
    if (isFailure && workflowId !== undefined) return onFailure(message, meta);
    if (sdkComponent !== 'activity' && sdkComponent !== 'workflow') return;
    const fields = Object.fromEntries(Object.entries(meta).filter(([key]) => !ATTRIBUTES.has(key)));
    const more = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(redact(fields))}`;
    show('log', `${runOf(workflowId)}: ${activityType ?? 'workflow'} ${level.toLowerCase()}: ${message}${more}`);
  }

  function onEvent(event: NewEvent) {
    if (event.agent !== null || seen.has(event.id)) return;
    if (seen.size >= MAX_SEEN) seen.clear();
    seen.add(event.id);
    const run = runOf(event.workflow_id);
    if (event.type === 'run_started') show('run', `${run}: started`);
    else if (event.type === 'run_restarted') show('run', `${run}: started again`);
    else if (event.type === 'run_stalled') {
      show('run', `${run}: stalled: ${event.payload.reason}; see "baton show ${event.workflow_id}"`);
    } else if (isRunEnd(event)) {
      const { status, execution_time_ms, error } = event.payload;
      const why = error === undefined ? '' : ` by ${error.type}${saying(error)}`;
      show('run', `${run}: ${status} after ${duration(execution_time_ms)}${why}`);
    }
  }

  return {
    onEvents: (events: readonly NewEvent[]) => events.forEach(onEvent),
    /** A log that is shown as well. */
    shown(log: Logger): Logger {
      function write(level: Parameters<Logger['log']>[0], message: string, meta?: object) {
        log.log(level, message, meta as never);
        try {
          hear(level, message, meta);
        } catch {
          // A line that cannot be shown must not end the work that it is about.
        }
      }
      return {
        log: write,
        trace: (message, meta) => write('TRACE', message, meta),
        debug: (message, meta) => write('DEBUG', message, meta),
        info: (message, meta) => write('INFO', message, meta),
        warn: (message, meta) => write('WARN', message, meta),
        error: (message, meta) => write('ERROR', message, meta),
      };
    },
  };
}
