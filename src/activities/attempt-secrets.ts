import type { z } from 'zod';
import type { Logger } from '../agents/define-agent.ts';
import { redact, redactText } from '../contracts/redact.ts';
import { secretFields } from '../contracts/secret-fields.ts';

/** Most values of one attempt that are looked for in its texts. */
const MAX_VALUES = 200;

type Schema = { schema: z.ZodType; io: 'input' | 'output' };

/**
 * What one attempt of an agent must not show: besides what `redact` knows, the values of fields that a schema marks as
 * secret, in that field and wherever the attempt repeats them, in a thought, an error or a line of its log.
 */
export function createAttemptSecrets() {
  const values = new Set<string>();

  return {
    /** Remembers the marked fields of a value and gives it without them. */
    hide(value: unknown, { schema, io }: Schema): unknown {
      const fields = secretFields(schema, io);
      if (!fields) return value;
      for (const text of fields.valuesIn(value)) if (values.size < MAX_VALUES) values.add(text);
      return fields.hide(value);
    },
    redact: <T>(value: T): T => redact(value, values),
    /** The log of an agent, without its secrets. */
    logger(log: Logger): Logger {
      const lineOf = (level: keyof Logger) => (message: string, fields?: object) =>
        log[level](redact(redactText(String(message)), values), fields && redact(fields, values));
      return { debug: lineOf('debug'), info: lineOf('info'), warn: lineOf('warn'), error: lineOf('error') };
    },
  };
}

export type AttemptSecrets = ReturnType<typeof createAttemptSecrets>;
