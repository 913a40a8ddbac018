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
    `  its own buffers   ${inUnits(own)}; sharing places saves ${inUnits(saved)}`,
    `  copies in it      ${inUnits(copies)}, of inputs and outputs that are JavaScript's`,
    ...(shared
      ? [
          `  the engine        ${inUnits(shared.taken)} taken of ${inUnits(shared.total)}, ${inUnits(shared.scratch)} of it scratch`,
        ]
      : []),
    "",
    ...table(
      [right("bytes"), left("for"), left("calls"), left("buffer")],
      largest.map((buffer) => [
        inUnits(buffer.bytes),
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
    return count > 0 ? [[purpose, inUnits(purposes[purpose]), String(count)]] : [];
  });

const left = (head: string) => ({ head, side: "left" }) as const;
const right = (head: string) => ({ head, side: "right" }) as const;

const inUnits = (bytes: number): string => {
  if (bytes < 2 ** 10) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
};
