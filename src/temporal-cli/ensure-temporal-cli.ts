import { cacheDir } from './cache-dir.ts';
import { findTemporalCli } from './find-temporal-cli.ts';
import { installTemporalCli } from './install-temporal-cli.ts';

/** Path of the Temporal CLI; fetches it when the machine has none. */
export async function ensureTemporalCli({ say }: { say: (line: string) => void }): Promise<string> {
  return findTemporalCli() ?? installTemporalCli({ folder: cacheDir(), say });
}
