import type { Store } from '../notifier/open-store.ts';

/**
 * Never resolves; rejects once the store's file was removed or replaced. Whoever has it open can only end then, and be
 * started again with the right file: what it still wrote would be in no file that anybody can open.
 */
export async function untilLost({ lost }: Pick<Store, 'lost'>): Promise<never> {
  throw await lost;
}
