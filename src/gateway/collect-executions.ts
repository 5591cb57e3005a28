import { Counter, Gauge, type Registry } from 'prom-client';
import type { StatsReader } from '../client/stats-reader.ts';
import { talliesOf } from '../feed/stats/stats-of.ts';
import type { Tally } from '../feed/stats/tally.ts';

type Figures = { activeRuns: number; events: number; tallies: Map<string, Tally> };

type Options = {
  registry: Registry;
  stats: Pick<StatsReader, 'all'>;
  /** Told when the log could not be read; the figures are then those of the scrape before. */
  onError?: (error: unknown) => void;
};

/** Each execution that has ended has one of these. */
function outcomesOf({ completed, failed, timeout, dead, cancelled }: Tally): Record<string, number> {
  return { completed, failed: failed - timeout - dead, timeout, dead, cancelled };
}

const BY_AGENT: [name: string, help: string, value: (tally: Tally) => number][] = [
  ['baton_executions_retried_total', 'Executions that took more than one attempt', ({ retried }) => retried],
  ['baton_executions_compensated_total', 'Executions that were undone', ({ compensated }) => compensated],
  ['baton_execution_seconds_total', 'Time from the first start to the end', ({ executions }) => executions.sum / 1_000],
  ['baton_queue_wait_seconds_total', 'Time until agents began', ({ waits }) => waits.sum / 1_000],
];

/** Registers what the log tells of executions and events. It is read at each scrape, as far as it is new. */
export function collectExecutions({ registry, stats, onError }: Options): void {
  const registers = [registry];
  let reading: Promise<Figures> | undefined;
  let last: Figures = { activeRuns: 0, events: 0, tallies: new Map() };

  async function read(): Promise<Figures> {
    const states = await stats.all();
    const activeRuns = states.reduce((sum, { active }) => sum + active.size, 0);
    return {
      activeRuns,
      events: states.reduce((sum, state) => sum + state.events.total, 0),
      tallies: talliesOf(states),
    };
  }

  /** Metrics are collected side by side: all of one scrape share a reading. */
  async function figures(): Promise<Figures> {
    reading ??= read().finally(() => (reading = undefined));
    try {
      last = await reading;
    } catch (error) {
      onError?.(error);
    }
    return last;
  }

  new Counter({
    name: 'baton_executions_total',
    help: 'Executions of agents that have ended, by how',
    labelNames: ['agent', 'outcome'],
    registers,
    async collect() {
      const { tallies } = await figures();
      this.reset();
      for (const [agent, tally] of tallies)
        for (const [outcome, count] of Object.entries(outcomesOf(tally))) this.inc({ agent, outcome }, count);
    },
  });
  for (const [name, help, value] of BY_AGENT) {
    new Counter({
      name,
      help,
      labelNames: ['agent'],
      registers,
      async collect() {
        const { tallies } = await figures();
        this.reset();
        for (const [agent, tally] of tallies) this.inc({ agent }, value(tally));
      },
    });
  }
  new Counter({
    name: 'baton_events_total',
    help: 'Events in the log',
    registers,
    async collect() {
      const { events } = await figures();
      this.reset();
      this.inc(events);
    },
  });
  new Gauge({
    name: 'baton_executions_running',
    help: 'Agents at work now',
    labelNames: ['agent'],
    registers,
    async collect() {
      for (const [agent, { running }] of (await figures()).tallies) this.set({ agent }, running);
    },
  });
  new Gauge({
    name: 'baton_active_runs',
    help: 'Runs that have not ended',
    registers,
    async collect() {
      this.set((await figures()).activeRuns);
    },
  });
}
