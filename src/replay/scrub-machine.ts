/** Fields that name the machine, process or build that recorded a history; a replay does not look at them. */
const OF_THE_MACHINE = new Set([
  'identity',
  'binaryChecksum',
  'buildId',
  'stickyTaskQueue',
  'lastWorkerIdentity',
  'stackTrace',
]);

/** Copy of a history without what names the machine that recorded it. */
export function scrubMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubMachine);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key === 'identity') return [key, 'recorder'];
    // A worker's own task queue is named after its host.
    if (key === 'taskQueue' && (inner as { kind?: string })?.kind === 'TASK_QUEUE_KIND_STICKY') {
      return [key, { ...(inner as object), name: 'recorder' }];
    }
    return [key, OF_THE_MACHINE.has(key) ? undefined : scrubMachine(inner)];
  });
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}
