import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import { databaseFlag } from './server-record.ts';

const DYNAMIC_CONFIG = {
  // Untuned, every step waits on a limit of 20 polls a second of the server's only shard.
  'history.transferProcessorMaxPollRPS': '5000',
  'history.timerProcessorMaxPollRPS': '5000',
  // Untuned, every timer and retry wait is rounded up to about a second.
  'history.timerProcessorMaxTimeShift': '"10ms"',
  'matching.enableFairness': 'true',
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
};

const DOUBLES: readonly string[] = [SEARCH_ATTRIBUTES.savings, SEARCH_ATTRIBUTES.cost];

/** Arguments of `temporal` for the embedded server, all but its ports. */
export function serverFlags(dataDir: string): string[] {
  const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];
  const attributes = Object.values(SEARCH_ATTRIBUTES);
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--db-filename', databaseFlag(dataDir)],
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ...attributes.flatMap((name) => ['--search-attribute', `${name}=${DOUBLES.includes(name) ? 'Double' : 'Keyword'}`]),
  ];
}
