import fc from 'fast-check';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
export const jsonKey = fc.oneof(
  text,
  fc.constantFrom('constructor', 'toString', 'then', 'length', 'a.b', 'a[0]', '$input.a', ' '),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, 1e300, 5e-324, Number.MAX_SAFE_INTEGER, '__proto__', '\u0000\u2028'),
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      jsonKey,
      fc.oneof({ weight: 6, arbitrary: tie('value') }, { weight: 1, arbitrary: fc.constant(undefined) }),
      {
        maxKeys: 4,
      },
    ),
  ),
}));

/** What may cross from one part to another: with absent fields, -0, objects without a prototype and any well-formed text. */
export const jsonValue = value;
