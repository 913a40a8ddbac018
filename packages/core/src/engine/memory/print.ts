import { table } from "../table.ts";
import type { MemoryUse, Purpose } from "./memory-use.ts";

/** So many buffers are told by name. */
const mostBuffers = 20;

export function printMemoryUse(use: MemoryUse): string {
  const { engine, buffers, own, saved, copies, shared } = use;
  const largest = buffers.slice(0, mostBuffers);
  const others = buffers.length - largest.length;
  return [
    `memory of a program on ${engine}`,
    ...table([left("for"), right("bytes"), right("buffers")], purposeRows(use)),
    "",
    `  its own buffers   ${mebibytes(own)}; sharing places saves ${mebibytes(saved)}`,
    `  copies in it      ${mebibytes(copies)}, of inputs and outputs that are JavaScript's`,
    ...(shared
      ? [
          `  the engine        ${mebibytes(shared.taken)} taken of ${mebibytes(shared.total)}, ${mebibytes(shared.scratch)} of it scratch`,
        ]
      : []),
    "",
    ...table(
      [right("bytes"), left("for"), left("calls"), left("buffer")],
      largest.map((buffer) => [
        mebibytes(buffer.bytes),
        buffer.purpose,
        `${buffer.first}-${buffer.last}`,
        `${buffer.name} ${buffer.dtype}[${buffer.size}]`,
      ]),
    ),
    ...(others > 0 ? [`and ${others} smaller ones`] : []),
  ].join("\n");
}

/** A line for every purpose that there is. */
const purposeRows = ({ buffers, purposes }: MemoryUse): string[][] =>
  (Object.keys(purposes) as Purpose[]).flatMap((purpose) => {
    const count = buffers.filter((buffer) => buffer.purpose === purpose).length;
    return count > 0 ? [[purpose, mebibytes(purposes[purpose]), String(count)]] : [];
  });

const left = (head: string) => ({ head, side: "left" }) as const;
const right = (head: string) => ({ head, side: "right" }) as const;

/** Three decimals: a kilobyte shows. */
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(3)} MiB`;
