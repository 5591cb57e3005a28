import type { Settings } from './system.ts';

/** Task queue of the workflows that hold the streams of one measurement. */
export const streamTaskQueue = ({ port }: Settings) => `streams-${port}`;
