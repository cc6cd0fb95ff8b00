/** Texts in units as numbers: equal units of any of them have the same one. */
export function unitIds<Texts extends readonly (readonly string[])[]>(
  ...texts: Texts
): { [Index in keyof Texts]: Int32Array } {
  const numbers = new Map<string, number>();
  const ids = texts.map((units) =>
    Int32Array.from(units, (unit) => {
      const id = numbers.get(unit) ?? numbers.size;
      numbers.set(unit, id);
      return id;
    }),
  );
  // One for each text.
  return ids as { [Index in keyof Texts]: Int32Array };
}
