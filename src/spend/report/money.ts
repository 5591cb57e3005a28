/** US dollars for people: cents below $100, whole dollars above. */
export function usd(amount: number): string {
  const digits = Math.abs(amount) < 100 ? 2 : 0;
  const text = Math.abs(amount).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${amount < 0 ? '-' : ''}$${text}`;
}

/** Whole cents, so that figures that belong together add up. */
export function cents(amount: number): number {
  return Math.round(amount * 100);
}
