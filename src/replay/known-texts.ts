/** What of a history is no user's, because the code itself says it. */
export type KnownTexts = {
  /** Whether the code has it as a text: it may compare with it, and everybody who has the code knows it. */
  isLiteral(text: string): boolean;
  /** Whether the code has it as a word, such as the name of a field. */
  isWord(text: string): boolean;
};

/** Reads a bundle of workflows for its words and texts. */
export function knownTexts(code: string): KnownTexts {
  const [own = ''] = code.split('//# sourceMappingURL=');
  const words = new Set(own.match(/[\w$]+/g));
  const literals = new Map<string, boolean>();

  function isQuoted(text: string): boolean {
    // Most texts of users hold a word that is in no code, which spares a search through all of it.
    if (!(text.match(/[\w$]+/g) ?? []).every((word) => words.has(word))) return false;
    return [`'${text}'`, `"${text}"`, `\`${text}\``].some((quoted) => own.includes(quoted));
  }

  return {
    isLiteral(text) {
      const known = literals.get(text) ?? isQuoted(text);
      literals.set(text, known);
      return known;
    },
    isWord: (text) => words.has(text),
  };
}
