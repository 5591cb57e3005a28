import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkGiven, numberFault } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import type { AgentIsolation, AnyAgent } from './define-agent.ts';

const DEFAULT_HEAP_MB = 256;

/** Resident memory above the heap's limit, unless the agent says otherwise: Node itself, code and buffers. */
const BESIDE_HEAP_MB = 256;

const OPTIONS: OptionNames<AgentIsolation> = { module: true, heapMb: true, residentMb: true };

/** Node does not even start with less. */
const LEAST_HEAP_MB = 16;

/** More than any machine has, in megabytes; Node takes no more. */
const MOST_MB = 1_048_576;

export type Isolation = {
  /** `file:` URL of the module. */
  module: string;
  agent: string;
  heapMb: number;
  residentMb: number;
};

function fileUrlOf(agent: string, module: AgentIsolation['module']): string {
  const text = String(module);
  const url = isAbsolute(text) ? pathToFileURL(text).href : text;
  if (!URL.canParse(url) || new URL(url).protocol !== 'file:') {
    throw new TypeError(`agent ${agent}: isolate.module must be a file: URL or an absolute path, not ${text}`);
  }
  if (!existsSync(fileURLToPath(new URL(url)))) {
    throw new TypeError(`agent ${agent}: isolate.module ${text} does not exist; a compiled module ends in .js`);
  }
  return url;
}

/**
 * An agent's isolation, complete; undefined where it runs inside the worker.
 *
 * @throws TypeError if the module is not a file, a limit makes no sense or an option is unknown
 */
export function isolationOf({ name, isolate }: Pick<AnyAgent, 'name' | 'isolate'>): Isolation | undefined {
  if (!isolate) return undefined;
  checkGiven(`agent ${name}: `, { isolate: optionsFault(isolate, OPTIONS) });
  const { module, heapMb = DEFAULT_HEAP_MB, residentMb = heapMb + BESIDE_HEAP_MB } = isolate;
  checkGiven(`agent ${name}: `, {
    'isolate.heapMb': numberFault(heapMb, { least: LEAST_HEAP_MB, most: MOST_MB, whole: true }),
    'isolate.residentMb': numberFault(residentMb, { most: MOST_MB }),
  });
  if (residentMb <= heapMb) {
    throw new TypeError(`agent ${name}: isolate.residentMb must exceed heapMb (${heapMb}), not be ${residentMb}`);
  }
  return { module: fileUrlOf(name, module), agent: name, heapMb, residentMb };
}
