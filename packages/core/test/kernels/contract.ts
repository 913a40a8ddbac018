import fc from "fast-check";
import { describe, test } from "vitest";
import type { Shape, TypedArray } from "../../src/tensor/type.ts";
import { bufferOf, layouts, readLayouts, viewOf } from "../views.ts";
import { filledAll, type Expect } from "./expect.ts";
import { emitContract } from "../../src/ir/emit.ts";
import { broadcastView, insertAxis, permute, type Buffer, type View } from "../../src/ir/view.ts";

const dtypes = ["f32", "f64", "i32"] as const;
const letters = { a: "mk", b: "kn", out: "mn" };
const reads = Object.keys(readLayouts);

/** Sizes that make tiles of every height and width, blocks of every strategy, and all remainders. */
const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(33, 64, 65, 70, 131));

function initOf(from: string, shape: Shape, out: View): View | undefined {
  const { dtype } = out.buffer;
  switch (from) {
    case "zero":
      return undefined;
    case "bias":
      return broadcastView(viewOf(dtype, [shape[1]!]), shape);
    case "column":
      return broadcastView(viewOf(dtype, [shape[0]!, 1]), shape);
    case "itself":
      return out;
    default:
      return viewOf(dtype, shape);
  }
}

/** Numbers whose sums are rounded. */
export function sines(arrays: Map<Buffer, TypedArray>): Map<Buffer, TypedArray> {
  for (const array of arrays.values()) array.forEach((_, i) => (array[i] = Math.sin(i + array.length)));
  return arrays;
}

/**
 * What contractions do, on an engine that can be asked about one kernel: with separate roundings, and with products and
 * their sums rounded at once.
 */
export function contractKernels(expectSame: Expect, expectSameFused: Expect): void {
  describe.each(dtypes)("a product of %s", (dtype) => {
    test.each(
      reads.flatMap((a) => reads.flatMap((b) => ["compact", "transposed"].map((out) => [a, b, out]))),
    )("%s by %s is %s", (layoutA, layoutB, layoutOut) => {
      for (const m of [1, 3, 5, 9]) {
        for (const n of [1, 4, 5, 8, 9]) {
          for (const k of [1, 3, 4, 9]) {
            const [a, b] = [readLayouts[layoutA]!(dtype, [m, k]), readLayouts[layoutB]!(dtype, [k, n])];
            const out = layouts[layoutOut]!(dtype, [m, n]);
            expectSame(emitContract({ a, b, out, letters }), filledAll(a, b, out));
          }
        }
      }
    });
  });

  test.each(dtypes)(
    "products of %s of any size, starting from nothing, a bias, or the result itself",
    (dtype) => {
      const start = fc.constantFrom("zero", "bias", "column", "itself", "other");
      const layout = fc.constantFrom("compact", "transposed");
      const depth = fc.oneof(size, fc.constantFrom(127, 128, 160, 513, 700));
      const area = fc.tuple(size, size, depth).filter(([m, n, k]) => m * n * k < 500_000);
      fc.assert(
        fc.property(area, start, layout, layout, ([m, n, k], from, layoutA, layoutB) => {
          const [a, b] = [layouts[layoutA]!(dtype, [m, k]), layouts[layoutB]!(dtype, [k, n])];
          const out = viewOf(dtype, [m, n]);
          const init = initOf(from, [m, n], out);
          const emitted = emitContract({ a, b, out, ...(init ? { init } : {}), letters });
          expectSameFused(emitted, filledAll(a, b, out, ...(init ? [init] : [])));
        }),
        { numRuns: 60 },
      );
    },
  );

  test("products of their own, rows that are far apart, and sums over several axes", () => {
    const [b, t, m, k, n] = [3, 4, 5, 6, 9];
    const a = viewOf("f32", [b, t, m, k]);
    const cases = [
      {
        a,
        b: viewOf("f32", [b, k, n]),
        out: viewOf("f32", [b, t, m, n]),
        letters: { a: "btmk", b: "bkn", out: "btmn" },
      },
      {
        a,
        b: viewOf("f32", [b, t, n]),
        out: viewOf("f32", [m, k, n]),
        letters: { a: "btmk", b: "btn", out: "mkn" },
      },
      {
        a: permute(a, [1, 0, 3, 2]),
        b: viewOf("f32", [t, n, k]),
        out: viewOf("f32", [b, m, n]),
        letters: { a: "tbkm", b: "tnk", out: "bmn" },
      },
      {
        a,
        b: insertAxis(viewOf("f32", [t, m, k]), 0, b),
        out: viewOf("f32", [b]),
        letters: { a: "btmk", b: "btmk", out: "b" },
      },
      {
        a,
        b: viewOf("f32", [n]),
        out: viewOf("f32", [b, t, n, m, k]),
        letters: { a: "btmk", b: "n", out: "btnmk" },
      },
    ];
    for (const request of cases)
      expectSame(emitContract(request), filledAll(request.a, request.b, request.out));
  });

  test("b in panels", () => {
    for (const [m, n, k] of [
      [50, 24, 31],
      [7, 8, 600],
      [1, 16, 5],
    ] as const) {
      const panels: View = {
        buffer: bufferOf("f32", n * k),
        offset: 0,
        axes: [
          [[k, 8]],
          n > 8
            ? [
                [n / 8, 8 * k],
                [8, 1],
              ]
            : [[8, 1]],
        ],
        steps: [],
      };
      const [a, out] = [viewOf("f32", [m, k]), viewOf("f32", [m, n])];
      expectSame(emitContract({ a, b: panels, out, letters }), filledAll(a, panels, out));
    }
  });

  test("b in more panels than the cache has room for, in groups with all remainders", () => {
    const [m, k, n] = [13, 515, 272];
    const panels: View = {
      buffer: bufferOf("f32", n * k),
      offset: 0,
      axes: [
        [[k, 8]],
        [
          [n / 8, 8 * k],
          [8, 1],
        ],
      ],
      steps: [],
    };
    const [a, out] = [viewOf("f32", [m, k]), viewOf("f32", [m, n])];
    for (const init of [undefined, viewOf("f32", [m, n]), broadcastView(viewOf("f32", [n]), [m, n]), out]) {
      const emitted = emitContract({ a, b: panels, out, ...(init ? { init } : {}), letters });
      const arrays = sines(filledAll(a, panels, out, ...(init ? [init] : [])));
      expectSame(emitted, arrays);
    }
  });

  test.each(dtypes)(
    "a row times a large matrix of %s, from nothing, a bias or the result itself",
    (dtype) => {
      for (const [t, k, n] of [
        [1, 401, 131],
        [3, 100, 180],
        [1, 385, 130],
      ] as const) {
        const [a, b, out] = [viewOf(dtype, [1, t, k]), viewOf(dtype, [t, k, n]), viewOf(dtype, [1, n])];
        for (const init of [undefined, viewOf(dtype, [1, n]), out]) {
          const request = {
            a,
            b,
            out,
            ...(init ? { init } : {}),
            letters: { a: "mtk", b: "tkn", out: "mn" },
          };
          expectSame(emitContract(request), sines(filledAll(a, b, out, ...(init ? [init] : []))));
        }
      }
    },
  );

  test("sums over loops around blocks of the depth start once", () => {
    const [t, k] = [3, 600];
    for (const [m, n] of [
      [7, 5],
      [70, 66],
    ] as const) {
      const a = permute(viewOf("f32", [t, m, k]), [1, 0, 2]);
      const b = permute(viewOf("f32", [k, t, n]), [1, 0, 2]);
      const out = viewOf("f32", [m, n]);
      for (const init of [undefined, viewOf("f32", [m, n])]) {
        const request = { a, b, out, ...(init ? { init } : {}), letters: { a: "mtk", b: "tkn", out: "mn" } };
        expectSame(emitContract(request), filledAll(a, b, out, ...(init ? [init] : [])));
      }
    }
  });

  test("with separate roundings sums are those of the reference engine, to the bit, whatever the tile", () => {
    for (const [m, k, n] of [
      [50, 40, 33],
      [70, 300, 9],
      [5, 1000, 16],
    ] as const) {
      const [a, b, out] = [viewOf("f32", [m, k]), viewOf("f32", [k, n]), viewOf("f32", [m, n])];
      expectSame(emitContract({ a, b, out, letters }), sines(filledAll(a, b, out)));
    }
  });
}
