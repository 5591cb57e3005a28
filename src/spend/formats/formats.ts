import { SpendError } from '../spend-error.ts';
import { azureLlmTrace } from './azure-llm-trace.ts';
import type { Format } from './format.ts';
import { mooncakeTrace } from './mooncake-trace.ts';

/** Every format that is understood, in the order they are tried. */
export const FORMATS: readonly Format[] = [azureLlmTrace, mooncakeTrace];

/** The adapter with this id. @throws SpendError `unknown_format` */
export function formatById(id: string): Format {
  const format = FORMATS.find((each) => each.id === id);
  if (!format)
    throw new SpendError({ code: 'unknown_format', message: `No format is called "${id}". ${understood()}` });
  return format;
}

/** Sentence that lists what is understood. */
export function understood(): string {
  return `Understood: ${FORMATS.map(({ describe }) => describe).join('; ')}.`;
}
