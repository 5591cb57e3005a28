import { homedir, tmpdir } from 'node:os';
import type { BatonEvent } from '../contracts/event.ts';
import type { EventLog } from '../notifier/event-log.ts';

/** First folders of paths on machines. Anything that begins with a slash would take the paths of web addresses too. */
const ROOTS = [
  'Users',
  'Volumes',
  'dev',
  'etc',
  'home',
  'media',
  'mnt',
  'opt',
  'private',
  'proc',
  'root',
  'run',
  'srv',
];
const MORE_ROOTS = ['sys', 'tmp', 'usr', 'var'];

/** How deep an answer is searched for errors. */
const MAX_DEPTH = 12;

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Payloads of events that hold texts of errors beside their `error`. */
const ERROR_TEXTS = ['message', 'reason', 'summary'];

/** The user's home, which a user without a name, as in containers, need not have. */
function homes(): string[] {
  try {
    return [homedir()];
  } catch {
    return [];
  }
}

/** Hides where files of the machine lie in what a gateway says of errors: of a path only its last name is left. */
export function createPathHider({ dataDir }: { dataDir: string }) {
  const own = [dataDir, process.cwd(), ...homes(), tmpdir()];
  const firsts = own.flatMap((path) => /^\/([^/]+)\//.exec(`${path}/`)?.[1] ?? []);
  const roots = [...new Set([...ROOTS, ...MORE_ROOTS, ...firsts])].map(escaped).join('|');
  const separators = String.raw`\s/"'\`<>|,;:()\[\]{}`;
  const posix = String.raw`(?:file://|(?<![\w.~%/-]))/(?:${roots})((?:/[^${separators}]+)+)/?`;
  const windows = String.raw`(?<![\w])[A-Za-z]:((?:[\\/]+[^${separators}\\]+)+)`;
  const paths = new RegExp(`${posix}|${windows}`, 'g');
  // A path with a space in it cannot be told from its sentence: those that are known become such as can.
  const folders = own
    .filter((path) => path.length > 1 && path.includes(' '))
    .map((path) => new RegExp(`${escaped(path)}[\\\\/]?`, 'g'));

  function text(given: string): string {
    let seen = given;
    for (const folder of folders) seen = seen.replace(folder, '/tmp/');
    return seen.replace(paths, (_, onPosix: string | undefined, onWindows: string | undefined) =>
      String((onPosix ?? onWindows ?? '').split(/[\\/]/).at(-1)),
    );
  }

  function texts(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
    if (Array.isArray(value)) return value.map((item) => texts(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, texts(inner, depth + 1)]));
  }

  /** A copy of an answer whose errors, wherever they are, say no path. What a run gave stays as it is. */
  function errors(value: unknown, depth = 0): unknown {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
    if (Array.isArray(value)) return value.map((item) => errors(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'error' || key === 'errors' ? texts(inner, depth) : errors(inner, depth + 1),
      ]),
    );
  }

  function event(given: BatonEvent): BatonEvent {
    const payload = given.payload as Record<string, unknown>;
    const isEnd = given.type === 'agent_death' || given.type === 'run_failed' || given.type === 'step_skipped';
    if (!isEnd && !('error' in payload) && !('partial_results' in payload)) return given;
    const said = ERROR_TEXTS.flatMap((key) => (typeof payload[key] === 'string' ? [[key, text(payload[key])]] : []));
    return { ...given, payload: { ...(errors(payload) as object), ...Object.fromEntries(said) } } as BatonEvent;
  }

  return { text, texts: <T>(value: T) => texts(value, 0) as T, errors: <T>(value: T) => errors(value) as T, event };
}

export type PathHider = ReturnType<typeof createPathHider>;

/** A log whose events say nothing of where files lie, for all that a gateway makes of them. */
export function withoutHostPaths(log: EventLog, { event }: PathHider): EventLog {
  return {
    ...log,
    read: async (where) => (await log.read(where)).map(event),
    async *follow(where) {
      for await (const each of log.follow(where)) yield event(each);
    },
  };
}
