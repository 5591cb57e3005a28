const AMOUNT = /\$\s?(\d[\d,]*(?:\.\d+)?)\s?([km])?\b/i;
const SCALE: Record<string, number> = { k: 1e3, m: 1e6 };

/**
 * The monthly spend a person states in words ("my $45k spend", "$540,000 a year"), in US dollars.
 *
 * @returns null when there is no amount; an amount without a period counts as monthly, as people mean their bill
 */
export function statedSpend(request: string): number | null {
  const found = AMOUNT.exec(request);
  if (!found) return null;
  const amount = Number((found[1] ?? '').replaceAll(',', '')) * (SCALE[(found[2] ?? '').toLowerCase()] ?? 1);
  const after = request.slice(found.index + found[0].length, found.index + found[0].length + 30);
  return /^\s*(a|per|each|\/)?\s*(year|annum|yr)\b|^\s*(annually|yearly)\b/i.test(after) ? amount / 12 : amount;
}
