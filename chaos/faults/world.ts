import type { Stage } from '../processes/stage.ts';
import type { FaultLine } from '../records/lines.ts';
import type { Fault, PlannedFault } from './plan-faults.ts';

/** Does a fault, and resolves once it is over and what it broke was started again; may say a word on it. */
export type Injection = (planned: PlannedFault) => Promise<string | void>;
export type Injections = Partial<Record<Fault, Injection>>;

export type World = {
  stage: Stage;
  note: (line: Omit<FaultLine, 'at'>) => void;
  /** Writes down the log as it stands, before it loses something. Reads the given file or server instead of the usual one. */
  keepLog: (where?: { path?: string; port?: number }) => Promise<void>;
  /** Writes down what Temporal knows, before it forgets. */
  keepTemporal: () => Promise<void>;
};
