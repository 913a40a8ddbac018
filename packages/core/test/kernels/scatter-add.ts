import { describe, test } from "vitest";
import { layouts, readLayouts, viewOf } from "../views.ts";
import { filledAll, type Expect } from "./expect.ts";
import { emitScatterAdd } from "../../src/ir/emit.ts";

const indices = Int32Array.from([0, 3, -1, 0, 4, 2, 0]);

/** What scattering does, on an engine that can be asked about one kernel. */
export function scatterAddKernels(expectSame: Expect): void {
  describe.each(["f32", "f64", "i32"] as const)("scattering %s", (dtype) => {
    test.each(Object.keys(readLayouts))(
      "adds rows of %s sources; outside of the axis they are dropped",
      (layout) => {
        for (const columns of [0, 1, 3, 4, 5, 7, 8, 9]) {
          for (const target of Object.values(layouts)) {
            const [source, index] = [readLayouts[layout]!(dtype, [7, columns]), viewOf("i32", [7])];
            const out = target(dtype, [4, columns]);
            const emitted = emitScatterAdd({ source, index, out, axis: 0, outAxes: [undefined, 1] });
            expectSame(emitted, filledAll(source, out).set(index.buffer, indices));
          }
        }
      },
    );

    test("runs along axes of its output with its rows", () => {
      const [source, index, out] = [
        viewOf(dtype, [4, 7, 2]),
        viewOf("i32", [4, 7]),
        viewOf(dtype, [4, 5, 2]),
      ];
      const emitted = emitScatterAdd({ source, index, out, axis: 1, outAxes: [0, undefined, 2] });
      const rows = Int32Array.from({ length: 28 }, (_, i) => indices[i % 7]!);
      expectSame(emitted, filledAll(source, out).set(index.buffer, rows));
    });
  });
}
