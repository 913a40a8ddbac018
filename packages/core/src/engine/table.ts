/** A column of a table: what stands above it, and on which side its words end. */
export interface Column {
  readonly head: string;
  readonly side: "left" | "right";
}

/** Lines of words in columns. Nothing ends in blanks, and lines are cut at `width`. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number = Infinity,
): string[] {
  const all = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) => {
    const words = row.map((word, i) =>
      columns[i]!.side === "left" ? word.padEnd(widths[i]!) : word.padStart(widths[i]!),
    );
    const line = words.join("  ").trimEnd();
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
  });
}
