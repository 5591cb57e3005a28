import { Counter, Gauge, type Registry } from 'prom-client';
import type { StatsReader } from '../client/stats-reader.ts';
import { figuresOf, type Figures } from '../feed/stats/figures-of.ts';
import { talliesOf } from '../feed/stats/tallies-of.ts';
import type { Tally } from '../feed/stats/tally.ts';
import { GAUGES, GAUGES_BY_AGENT, SUMS_BY_AGENT } from './execution-metrics.ts';

type Reading = { figures: Figures; tallies: Map<string, Tally> };

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

/** Registers what the log tells of executions and events. It is read at each scrape, as far as it is new. */
export function collectExecutions({ registry, stats, onError }: Options): void {
  const registers = [registry];
  let reading: Promise<Reading> | undefined;
  let last: Reading = { figures: figuresOf([]), tallies: new Map() };

  async function read(): Promise<Reading> {
    const states = await stats.all();
    const tallies = talliesOf(states);
    return { figures: figuresOf(states, tallies), tallies };
  }

  /** Metrics are collected side by side: all of one scrape share a reading. */
  async function latest(): Promise<Reading> {
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
      const { tallies } = await latest();
      this.reset();
      for (const [agent, tally] of tallies)
        for (const [outcome, count] of Object.entries(outcomesOf(tally))) this.inc({ agent, outcome }, count);
    },
  });
  for (const [name, help, value] of SUMS_BY_AGENT) {
    new Counter({
      name,
      help,
      labelNames: ['agent'],
      registers,
      async collect() {
        const { tallies } = await latest();
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
      const { figures } = await latest();
      this.reset();
      this.inc(figures.events.total);
    },
  });
  for (const [name, help, value] of GAUGES_BY_AGENT) {
    new Gauge({
      name,
      help,
      labelNames: ['agent'],
      registers,
      async collect() {
        const { agents } = (await latest()).figures;
        for (const [agent, figures] of Object.entries(agents)) this.set({ agent }, value(figures));
      },
    });
  }
  for (const [name, help, value] of GAUGES) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(value((await latest()).figures));
      },
    });
  }
}
