import type { Measures } from "./confusion-measures.ts";

const percent = (share: number): string => (Number.isNaN(share) ? "-" : `${(100 * share).toFixed(1)}%`);

/** Counts and measures as a table for a terminal: a row per target, a column per prediction. */
export function confusionText(
  names: readonly string[],
  counts: readonly (readonly number[])[],
  { accuracy, total, classes, macro, weighted }: Measures,
): string {
  const shares = (of: Measures["macro"]): string[] => [of.precision, of.recall, of.f1].map(percent);
  const blank = names.map(() => "");
  const table = [
    ["", ...names, "precision", "recall", "F1"],
    ...counts.map((row, k) => [names[k]!, ...row.map(String), ...shares(classes[k]!)]),
    ["mean", ...blank, ...shares(macro)],
    ["weighted", ...blank, ...shares(weighted)],
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  return `${lines.join("\n")}\naccuracy ${percent(accuracy)} of ${total}\n`;
}
