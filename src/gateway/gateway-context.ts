import type { BatonClient } from '../client.ts';
import type { WorkflowEntry } from './runs/workflow-catalog.ts';
import type { TokenVerifier } from './auth/create-token-verifier.ts';
import type { EventLog } from '../notifier/event-log.ts';
import type { OpenStreams } from './feed/open-streams.ts';
import type { RunFolds } from '../client/run-folds.ts';
import type { Snapshots } from './feed/snapshot.ts';
import type { Tails } from './feed/user-tails.ts';
import type { UploadOptions } from './uploads/upload-store.ts';

/** What the routes work with; made once by `createGateway`. */
export type GatewayContext = {
  log: EventLog;
  tails: Tails;
  foldOf: RunFolds;
  snapshotOf: Snapshots;
  streams: OpenStreams;
  verify: TokenVerifier;
  /** The client of one user; cheap, since all share one connection. */
  clientOf(user: string): Promise<BatonClient>;
  /** Resolves if Temporal answers. */
  pingTemporal(): Promise<unknown>;
  workflows: WorkflowEntry[];
  /** See `refusedAgentOf`. */
  refusedAgentOf(run: { workflow: string; input: unknown }): string | undefined;
  /** An answer about a run without its secrets. */
  shown<View>(view: View): View;
  /** A copy of a problem that does not say where files of the machine lie. */
  withoutPaths<Body>(body: Body): Body;
  uploads: UploadOptions;
  allowedOrigins: string[];
  /** Names that the gateway goes by besides addresses and `localhost`. */
  publicHosts: string[];
  retryMs: [min: number, max: number];
  pingMs: number;
  slowReaderMs: number;
};
