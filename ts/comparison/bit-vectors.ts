/**
 * The table of edit distances D, column by column. Neighbours in a column differ by at most 1, so
 * two bits a cell tell all: whether D[i][j] is 1 higher or 1 lower than D[i-1][j]. Column j starts
 * at `(j - 1) * blocks`; bit i-1 of it is the cell of the i-th unit of the reference.
 */
export interface Columns {
  /** Words of 32 bits in a column. */
  blocks: number;
  higher: Int32Array;
  lower: Int32Array;
}

/** All columns of the table of `ref` (downwards) and `hyp` (one column each). */
export function editColumns(ref: Int32Array, hyp: Int32Array): Columns {
  const table = new EditTable(ref);
  const { blocks } = table;
  const higher = new Int32Array(blocks * hyp.length);
  const lower = new Int32Array(blocks * hyp.length);
  for (let j = 0; j < hyp.length; j++) {
    table.advance(hyp[j]!);
    higher.set(table.higher, j * blocks);
    lower.set(table.lower, j * blocks);
  }
  return { blocks, higher, lower };
}

/** The distances of all beginnings of `ref`, from none to the whole, to the whole of `hyp`. */
export function lastColumn(ref: Int32Array, hyp: Int32Array): Int32Array {
  const table = new EditTable(ref);
  for (const unit of hyp) table.advance(unit);
  const column = new Int32Array(ref.length + 1);
  column[0] = hyp.length;
  for (let i = 0; i < ref.length; i++) {
    const higher = (table.higher[i >> 5]! >>> (i & 31)) & 1;
    const lower = (table.lower[i >> 5]! >>> (i & 31)) & 1;
    column[i + 1] = column[i]! + higher - lower;
  }
  return column;
}

/**
 * One column of the table, which moves right by a unit of the hypothesis: 32 cells with a dozen
 * operations on integers (Myers 1999, in the form of Hyyrö 2003 for the plain distance).
 */
class EditTable {
  readonly blocks: number;
  readonly higher: Int32Array;
  readonly lower: Int32Array;
  /** Bits of the cells whose unit is the one that comes. */
  readonly #equal: Int32Array;
  readonly #positions = new Map<number, number[]>();

  constructor(ref: Int32Array) {
    this.blocks = Math.ceil(ref.length / 32);
    this.higher = new Int32Array(this.blocks).fill(-1);
    this.lower = new Int32Array(this.blocks);
    this.#equal = new Int32Array(this.blocks);
    for (const [position, unit] of ref.entries()) {
      const known = this.#positions.get(unit);
      if (known === undefined) this.#positions.set(unit, [position]);
      else known.push(position);
    }
  }

  advance(unit: number): void {
    const equal = this.#equal;
    const positions = this.#positions.get(unit) ?? [];
    for (const position of positions) equal[position >> 5]! |= 1 << (position & 31);
    const { higher, lower } = this;
    // What the cell above the block adds going right: the topmost row counts insertions.
    let [rises, falls] = [1, 0];
    for (let block = 0; block < this.blocks; block++) {
      const [up, down] = [higher[block]!, lower[block]!];
      const match = equal[block]! | falls;
      const diagonal = ((((match & up) + up) | 0) ^ up) | match | down;
      const risesRight = down | ~(diagonal | up);
      const fallsRight = diagonal & up;
      const shiftedRises = (risesRight << 1) | rises;
      const shiftedFalls = (fallsRight << 1) | falls;
      rises = risesRight >>> 31;
      falls = fallsRight >>> 31;
      higher[block] = shiftedFalls | ~(diagonal | shiftedRises);
      lower[block] = shiftedRises & diagonal;
    }
    for (const position of positions) equal[position >> 5] = 0;
  }
}
