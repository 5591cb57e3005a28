// Runs inside the workflow sandbox.
import { ApplicationFailure } from '@temporalio/workflow';
import { jsonFaults } from '../contracts/json-faults.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { UNDO_PREFIX } from '../contracts/names.ts';
import type { Compensated } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { EffectsUndo, Undo } from '../contracts/undo.ts';
import type { createAgentCalls } from './agent-calls.ts';
import { runCompensations, type Undone } from './compensations.ts';
import type { RunEvents } from './run-events.ts';
import { bytesOf } from './schedule-budget.ts';
import type { Turns } from './turns.ts';
import { undoEffects } from './undo-effects.ts';

type Options = {
  /** Registered so far; agents whose tools can be undone add to it. */
  entries: Undo[];
  version: 1 | 2;
  start: Pick<RunStart<unknown>, 'generation' | 'limits' | 'incarnation'>;
  events: RunEvents;
  calls: Pick<ReturnType<typeof createAgentCalls>, 'call' | 'assign'>;
  turns: Turns;
  /** Called with how many things are left to undo; undefined once nothing is being undone. */
  onUndoing: (left: number | undefined) => void;
};

const NAMES: OptionNames<Exclude<Undo, EffectsUndo>> = { agent: true, input: true, step: true, of: true };

/** A payload that is larger is not in the history. */
const MAX_INLINE_BYTES = 16_384;

const inlineBytesOf = (entry: Undo) => ('undo' in entry ? 0 : Math.min(MAX_INLINE_BYTES, bytesOf(entry.input)));

/** What a run did and may have to undo. */
export function createUndos({ entries, version, start, events, calls, turns, onUndoing }: Options) {
  const { generation = 0, limits, incarnation } = start;
  const names = new Set<string>();
  const underWay = new Set<Promise<Compensated[]>>();
  let bytes = 0;

  const count = () => {
    bytes = entries.reduce((sum, entry) => sum + inlineBytesOf(entry), 0);
  };
  if (version > 1) count();

  /** What cannot be undone is refused where it is registered: nothing was done yet. */
  function check(entry: Undo) {
    const agent: unknown = (entry as Undo | undefined)?.agent;
    const [fault] = jsonFaults(entry, ['undo']);
    if (fault) throw ApplicationFailure.nonRetryable(`${fault.path}: ${fault.message}`, 'InvalidInput');
    const unusable = optionsFault(entry, NAMES);
    if (unusable) throw ApplicationFailure.nonRetryable(`undo ${unusable}`, 'InvalidInput');
    if (typeof agent === 'string' && Object.hasOwn(limits, agent)) return;
    const message = `undo needs {"agent": "<name>", "input": …}; the run knows no agent ${String(agent)}`;
    throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
  }

  /** Unique in the run: several sagas count their entries from 1 each. */
  function nameOf(undone: string, n: number): string {
    const name = `${UNDO_PREFIX}${undone}-${n}`;
    if (names.has(name)) return nameOf(undone, n + 1);
    names.add(name);
    return name;
  }

  async function perform(entry: Undo, n: number): Promise<Undone> {
    onUndoing(n);
    if ('undo' in entry) return undoEffects(entry, { events, generation, version, incarnation });
    const { agent, input, of: parent, step } = entry;
    const agentRun = nameOf(parent ?? agent, n);
    const options = { agentRun, parent, step: step ?? undefined, limits: { compensates: false } };
    // Not held up by a pause: what was begun must be undone all the same.
    const { success, error } = await calls.call({ agent, input, options });
    return { success, error };
  }

  /** Several sagas of a run may undo side by side. */
  async function performInTurn(entry: Undo, n: number): Promise<Undone> {
    const turn = turns.take(inlineBytesOf(entry));
    if (turn) await turn;
    try {
      return await perform(entry, n);
    } finally {
      turns.leave();
    }
  }

  return {
    /** To be done before the call that is undone. */
    register(entry: Undo): void {
      if (version > 1) {
        check(entry);
        bytes += inlineBytesOf(entry);
      }
      entries.push(entry);
      if (!('undo' in entry) && entry.of === undefined) calls.assign(entry);
    },
    registered: () => entries.length,
    /** What undoing would hand over, in bytes of JSON as the history has them. */
    bytes: () => bytes,
    /** Undoes what was registered after the first `keep` entries, last one first. */
    undo(keep = 0): Promise<Compensated[]> {
      const undone = runCompensations(entries.splice(keep), { events, perform: version > 1 ? performInTurn : perform });
      if (version > 1) count();
      underWay.add(undone);
      const over = () => {
        underWay.delete(undone);
        if (version === 1 || underWay.size === 0) onUndoing(undefined);
      };
      void undone.then(over, over);
      return undone;
    },
    isUndoing: () => underWay.size > 0,
    /** Resolves with what is being undone, once it is: by sagas whose code has ended, or was given up, meanwhile. */
    async cutOff(): Promise<Compensated[]> {
      return (await Promise.all(underWay)).flat();
    },
  };
}

export type Undos = ReturnType<typeof createUndos>;
