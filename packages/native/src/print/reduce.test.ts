import { compile, sum, tensor, type Value } from "@unroll/core";
import { describe, expect, test, vi } from "vitest";
import { missing } from "../../test/toolchain.ts";
import { native } from "../native.ts";

vi.setConfig({ testTimeout: 60_000 });

const why = missing();
describe.skipIf(why !== undefined)(`a long reduction${why === undefined ? "" : `, skipped: ${why}`}`, () => {
  test("over rows adds them up one after another, of more columns than are read at once too", () => {
    const [rows, columns] = [251, 1061];
    const x = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i));
    const sums = new Float32Array(columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) sums[j] = Math.fround(sums[j]! + x[i * columns + j]!);
    const engine = native({ threads: 2, relaxed: false });
    const f = compile((y: Value) => sum(y, { axis: 0 }), { engine });
    expect([...f(tensor(x, { shape: [rows, columns] })).data]).toEqual([...sums]);
    engine.dispose();
  });
});
