import { emitCopy } from "../../ir/emit.ts";
import type { Origin } from "../../ir/program.ts";
import { axisSize, mergeFactors, type Axis, type View } from "../../ir/view.ts";
import type { Block } from "./block.ts";

interface Letters {
  readonly a: string;
  readonly b: string;
  readonly out: string;
}

/** Below so many rows of the result in a whole run, reading an operand as it lies costs less than copying it first. */
const worthwhileRows = 16;

/** So few rows at a time want all columns side by side: sums of one panel alone would wait for each other. */
const fewRows = 4;

/**
 * The second operand of a contraction in panels: `panel` columns side by side, row after row.
 *
 * A panel is read from one end to the other by the innermost loop, whatever the operand's own strides: a transposed
 * weight costs no more than a straight one. What does not change inside of a loop is packed before it, once for all
 * contractions that read it. Packed operands are ordinary views, whose columns have two factors.
 */
export function pack(block: Block, b: View, letters: Letters, a: View, origin: Origin): View {
  const { panel } = block.target;
  if (panel === undefined) return b;
  const home = outermost(block, b);
  const isColumn = (letter: string): boolean => !letters.a.includes(letter);
  const columns = [...letters.b].findLast(isColumn);
  if (columns === undefined) return b;
  const size = axisSize(b.axes[letters.b.indexOf(columns)]!);
  const rows = [...letters.a]
    .filter((letter) => !letters.b.includes(letter))
    .map((letter) => axisSize(a.axes[letters.a.indexOf(letter)]!));
  const height = rows.reduce((product, n) => product * n, 1);
  const used = (height * block.turns) / home.turns;
  const isStraight = mergeFactors(b.axes[letters.b.indexOf(columns)]!).at(-1)?.[1] === 1;
  if (used < worthwhileRows || (isStraight && home === block)) return b;
  const width =
    height < fewRows
      ? undefined
      : [panel, panel / 2, 4].find((columnsPerPanel) => size % columnsPerPanel === 0);
  if (width === undefined && isStraight) return b;
  const key = JSON.stringify([b.buffer.id, b.offset, b.axes, b.steps, letters.b, columns]);
  const known = home.packs.get(key);
  if (known) return known;
  const packed = panels(home, b, letters, columns, width ?? size);
  home.push(emitCopy(b, packed), origin);
  home.packs.set(key, packed);
  return packed;
}

/** The outermost block in which a view is what it is here: where nothing that moves or changes it lies between. */
function outermost(block: Block, view: View): Block {
  return block.outer && block.isGiven(view) ? outermost(block.outer, view) : block;
}

/** A new buffer, seen as the operand: batches, panels, rows, and the columns of a panel innermost. */
function panels(block: Block, b: View, letters: Letters, columns: string, width: number): View {
  const sizes = new Map([...letters.b].map((letter, i) => [letter, axisSize(b.axes[i]!)]));
  const isRow = (letter: string): boolean => letters.a.includes(letter) && !letters.out.includes(letter);
  const rows = [...letters.b].filter(isRow);
  const others = [...letters.b].filter((letter) => !isRow(letter) && letter !== columns);
  const axes = new Map<string, Axis>();
  let stride = width;
  for (const letter of rows.toReversed()) {
    axes.set(letter, axisOf(sizes.get(letter)!, stride));
    stride *= sizes.get(letter)!;
  }
  const count = sizes.get(columns)! / width;
  axes.set(columns, [...axisOf(count, stride), ...axisOf(width, 1)]);
  stride *= count;
  for (const letter of others.toReversed()) {
    axes.set(letter, axisOf(sizes.get(letter)!, stride));
    stride *= sizes.get(letter)!;
  }
  const whole = block.draft.allocate(
    `${b.buffer.name}.panels`,
    { dtype: b.buffer.dtype, shape: [stride] },
    "panels",
  );
  return { ...whole, axes: [...letters.b].map((letter) => axes.get(letter)!) };
}

const axisOf = (size: number, stride: number): Axis => (size === 1 ? [] : [[size, stride]]);
