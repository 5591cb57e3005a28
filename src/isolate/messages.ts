import { z } from 'zod';
import type { ClassifiedFailure } from '../activities/classify-failure.ts';
import type { UnknownEffect } from '../contracts/agent-call.ts';
import { FAILURE_TYPES } from '../contracts/names.ts';

/** A failure as it crosses between the worker and an agent's child process. */
export type SentFailure = ClassifiedFailure & {
  code?: string;
  /** Number of an error that the worker handed to the child: it comes back as the same object. */
  ref?: number;
};

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Longest thought or line of a log that is sent, in characters; the worker cuts thoughts shorter still. */
export const MAX_TEXT = 4_000;

/** Longest text of a failure that is accepted, in characters: more than `classifyFailure` leaves. */
const MAX_FAILURE_TEXT = 10_000;

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

const number = z.int().nonnegative();
const text = z.string().max(MAX_TEXT);
const failureText = z.string().max(MAX_FAILURE_TEXT);

const failure: z.ZodType<SentFailure> = z.object({
  type: z.enum(FAILURE_TYPES),
  message: failureText,
  stack: failureText.optional(),
  causes: z.array(z.object({ message: failureText, stack: failureText.optional() })).max(20),
  // What a provider asked for may be no finite number; whoever waits by it bounds it.
  retryAfterMs: z.custom<number>((value) => typeof value === 'number').optional(),
  effect: z.custom<UnknownEffect>(isObject).optional(),
  code: failureText.optional(),
  ref: number.optional(),
});

/** Every message names its run: what a child still says of an earlier one is ignored. */
const fromChild = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('think'),
    run: number,
    reasoning: text,
    progress: z.number().optional(),
  }),
  z.object({
    kind: z.literal('log'),
    run: number,
    level: z.enum(LOG_LEVELS),
    message: text,
    fields: z.custom<object>(isObject).optional(),
  }),
  z.object({
    kind: z.literal('call'),
    run: number,
    call: number,
    of: z.enum(['tools', 'ctx']),
    name: z.string(),
    args: z.array(z.unknown()),
  }),
  /** `worn`: so much memory is still taken that the next run had better have a fresh process. */
  z.object({ kind: z.literal('result'), run: number, result: z.unknown(), worn: z.boolean() }),
  z.object({ kind: z.literal('failed'), run: number, failure, worn: z.boolean() }),
]);

const toChild = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    run: number,
    module: z.string(),
    agent: z.string(),
    input: z.unknown(),
    /** The plain fields of `ctx`, and the names of its functions that are called across. */
    data: z.record(z.string(), z.unknown()),
    methods: z.array(z.string()),
  }),
  z.object({ kind: z.literal('abort'), run: number, reason: failure }),
  z.object({
    kind: z.literal('answer'),
    run: number,
    call: number,
    result: z.unknown().optional(),
    failure: failure.optional(),
  }),
]);

export type FromChild = z.infer<typeof fromChild>;
export type ToChild = z.infer<typeof toChild>;

function parse<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new TypeError(`a message that is none of Baton's: ${where ? `${where}: ` : ''}${issue?.message}`);
}

/** @throws TypeError naming what is wrong with the message: anything in the child may have written it */
export const parseFromChild = (message: unknown): FromChild => parse(fromChild, message);

/** @throws TypeError naming what is wrong with the message */
export const parseToChild = (message: unknown): ToChild => parse(toChild, message);
