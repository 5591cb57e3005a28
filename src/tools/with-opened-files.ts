import { SpendError } from '../spend/spend-error.ts';

/** Gives `work` paths of files that can be read, in the order given; they are gone once it has ended. */
export type OpenFiles = <T>(paths: readonly string[], work: (paths: readonly string[]) => Promise<T>) => Promise<T>;

/** Of files that nobody has encrypted. */
export const asTheyAre: OpenFiles = (paths, work) => work(paths);

type Options = { open: OpenFiles; paths: readonly string[] };

/** Works on files that may have to be opened first. What comes of it, an error included, names the files themselves. */
export function withOpenedFiles<T>(
  { open, paths }: Options,
  work: (paths: readonly string[]) => Promise<T>,
): Promise<T> {
  return open(paths, async (opened) => {
    const renamed = (text: string) =>
      opened.reduce((seen, copy, index) => seen.replaceAll(copy, () => paths[index] as string), text);
    function inside(value: unknown): unknown {
      if (typeof value === 'string') return renamed(value);
      if (Array.isArray(value)) return value.map(inside);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner)]));
    }
    try {
      const result = await work(opened);
      return opened.every((path, index) => path === paths[index]) ? result : (inside(result) as T);
    } catch (error) {
      if (!(error instanceof SpendError)) throw error;
      const { code, message, path, row, cause } = error;
      throw new SpendError({ code, message: renamed(message), path: path && renamed(path), row, cause });
    }
  });
}
