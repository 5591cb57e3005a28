/** Markup that is safe to show: made by `html`, or known to be. */
export type Html = { readonly markup: string };

type Value = string | number | Html | readonly (string | number | Html)[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** Takes text for markup as it is; never for what comes from data. */
export function raw(markup: string): Html {
  return { markup };
}

function markupOf(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}

/** A template whose values are text unless they were made by `html` themselves: forgetting to escape cannot happen. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return raw(String.raw({ raw: parts }, ...values.map(markupOf)));
}
