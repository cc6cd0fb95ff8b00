import type { LineLimits } from "./layout.ts";
import type { Atom } from "./line-breaks.ts";

/** The columns that atoms take on one line. */
export function lineWidth(atoms: readonly Atom[], from: number, to: number): number {
  let width = 0;
  for (let index = from; index < to; index++) {
    const { width: own, spaced } = atoms[index]!;
    width += own + (spaced && index + 1 < to ? 1 : 0);
  }
  return width;
}

/** The end of the last of `count` lines that start at `from` and hold as much as they can. */
export function fill(atoms: readonly Atom[], from: number, limits: LineLimits): number {
  let at = from;
  for (let line = 0; line < limits.maxLineCount && at < atoms.length; line++) {
    const start = at++;
    while (at < atoms.length && lineWidth(atoms, start, at + 1) <= limits.maxLineWidth) at++;
  }
  return at;
}

/**
 * Atoms in as few lines as hold them, broken at good places and of similar width: the longer line
 * is not the one that a viewer has to find first.
 */
export function linesOf(
  atoms: readonly Atom[],
  from: number,
  to: number,
  limits: LineLimits,
): string[] {
  const ends = lineEnds(atoms, from, to, limits);
  return ends.map((end, index) => textOf(atoms, index === 0 ? from : ends[index - 1]!, end));
}

/** The indexes of the atoms after the last one of each of these lines. */
export function lineEnds(
  atoms: readonly Atom[],
  from: number,
  to: number,
  limits: LineLimits,
): number[] {
  let count = 1;
  while (fill(atoms, from, { ...limits, maxLineCount: count }) < to) count++;
  return [...cheapest(atoms, from, to, count, limits.maxLineWidth).breaks, to];
}

interface Breaks {
  breaks: readonly number[];
  cost: number;
}

/** The cheapest breaks of atoms into `count` lines. */
function cheapest(
  atoms: readonly Atom[],
  from: number,
  to: number,
  count: number,
  maxWidth: number,
): Breaks {
  const mean = lineWidth(atoms, from, to) / count;
  const lineCost = (start: number, end: number) => {
    const width = lineWidth(atoms, start, end);
    const unbalanced = 12 * ((width - mean) / maxWidth) ** 2;
    return width > maxWidth ? Number.POSITIVE_INFINITY : unbalanced;
  };
  let best = new Map<number, Breaks>([[from, { breaks: [], cost: 0 }]]);
  for (let line = 1; line <= count; line++) {
    const reached = new Map<number, Breaks>();
    for (const [start, { breaks, cost }] of best) {
      const first = line === count ? to : start + 1;
      for (let end = first; end <= to; end++) {
        const own = lineCost(start, end);
        if (own === Number.POSITIVE_INFINITY) break;
        const badness = end === to ? 0 : atoms[end - 1]!.badness;
        const total = cost + own + badness;
        if (total >= (reached.get(end)?.cost ?? Number.POSITIVE_INFINITY)) continue;
        reached.set(end, { breaks: line === count ? breaks : [...breaks, end], cost: total });
      }
    }
    best = reached;
  }
  return best.get(to)!;
}

function textOf(atoms: readonly Atom[], from: number, to: number): string {
  return atoms
    .slice(from, to)
    .map(({ text, spaced }, index, all) => (spaced && index + 1 < all.length ? `${text} ` : text))
    .join("");
}
