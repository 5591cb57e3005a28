import { z } from 'zod';

/** Who has settings: a process of `baton dev`, `worker`, `gateway` or `codec`; `client` is every other command, and `connect`. */
export type Role = 'dev' | 'worker' | 'gateway' | 'codec' | 'client';

export type Described = {
  /** The environment variable. */
  env?: string;
  /** The flag as the commands take it that are named; it wins over the variable. */
  flag?: string;
  on?: readonly (Role | 'doctor')[];
  /** Whose setting it is. */
  roles: readonly Role[];
  unit?: string;
  meaning: string;
  /** Never shown. */
  secret?: true;
};

type WithDefault = {
  /** As one would write it. */
  initial: string;
  /** Where a role's differs. */
  initialOf?: Partial<Record<Role, string>>;
};

/** `unset` says what happens without a value. */
type WithoutDefault = { unset: string };

export type Setting<T = unknown> = Described & Partial<WithDefault & WithoutDefault> & { schema: z.ZodType<T, string> };

/** One row of the table; what it parses to may be undefined if it has no default. */
export function setting<T>(row: Described & WithDefault & { schema: z.ZodType<T, string> }): Setting<T>;
export function setting<T>(row: Described & WithoutDefault & { schema: z.ZodType<T, string> }): Setting<T | undefined>;
export function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

export const text = z.string().min(1);
export const httpUrl = z.url({ protocol: /^https?$/ });
export const flagged = z.enum(['0', '1'], 'must be 0 or 1').transform((value) => value === '1');
export const names = z.string().transform((value) => value.split(',').flatMap((each) => each.trim() || []));

/** A whole number, as digits. */
export function whole(least: number, most: number) {
  const refusal = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, refusal)
    .transform(Number)
    .pipe(z.number(refusal).min(least, refusal).max(most, refusal));
}

export const port = whole(0, 65_535);

/** Whatever the function makes of the text; refuses what the function throws on, in its words. */
export function parsedBy<T>(parse: (value: string) => T) {
  return z.string().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });
}

/** What applies without flag and variable, for people. */
export function shownDefault(
  { initial, initialOf, unset }: Partial<WithDefault & WithoutDefault>,
  role?: Role,
): string {
  if (role === undefined && initialOf) {
    return [...Object.entries(initialOf).map(([name, value]) => `${value} in ${name}`), `else ${initial}`].join(', ');
  }
  const value = (role && initialOf?.[role]) ?? initial;
  return value === undefined ? (unset ?? 'none') : value || 'none';
}
