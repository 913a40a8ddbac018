import { describe, expect, test } from "vitest";
import {
  compile,
  flatten,
  fromArray,
  type ParamSpec,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { distance, numbers } from "../../test/numbers.ts";
import {
  init,
  lstm,
  lstmVariant,
  normal,
  ones,
  peepholeLstm,
  unroll,
  zeros,
  type LstmVariant,
  type LstmVariantOptions,
} from "../index.ts";

const [T, B, I, H] = [4, 2, 3, 5];
const f64 = { dtype: "f64" } as const;
const start = { h: numbers([B, H], "h"), c: numbers([B, H], "c"), gates: undefined };
const xs = numbers([T, B, I], "xs");

const make = (variant: LstmVariant, options: LstmVariantOptions = {}) =>
  lstmVariant(I, H, { ...options, variant, peepInit: normal(1) });

function outputs(cell: ReturnType<typeof make>, params: object, state: object = start): Tensor {
  const run = compile((p: object, s: object, xs: Value) =>
    unroll(cell, p as Values<typeof cell.params>, s as Values<typeof cell.state>, xs),
  );
  return run(params, state, xs)[1];
}

describe("special cases", () => {
  test("without peepholes it is lstm, to the last bit", () => {
    const plain = lstm(I, H);
    const p = init(plain.params, 1, f64);
    const run = compile((p: object, s: object, xs: Value) =>
      unroll(plain, p as Values<typeof plain.params>, s as Values<typeof plain.state>, xs),
    );
    const [, expected] = run(p, { h: start.h, c: start.c }, xs);
    expect(outputs(make("NP"), { ...p, peep: undefined, wg: undefined }).data).toEqual(expected.data);
  });

  test("coupled gates are those of V when the forget gate has the input gate's weights, negated", () => {
    const coupled = init(make("CIFG").params, 1, f64);
    const withForgetGate = (x: Tensor): Tensor => {
      const columns = x.shape.at(-1)!;
      const rows = Array.from({ length: x.data.length / columns }, (_, r) =>
        Array.from(x.data.slice(r * columns, (r + 1) * columns)),
      );
      const wide = rows.flatMap((row) => [
        ...row.slice(0, H),
        ...row.slice(0, H).map((w) => -w),
        ...row.slice(H),
      ]);
      return fromArray({ dtype: "f64", shape: x.shape.with(-1, columns + H) }, Float64Array.from(wide));
    };
    const { i, o } = coupled.peep!;
    const p = {
      wx: withForgetGate(coupled.wx),
      wh: withForgetGate(coupled.wh),
      b: withForgetGate(coupled.b),
      peep: {
        i,
        o,
        f: fromArray(
          i!.type,
          i!.data.map((w) => -w),
        ),
      },
    };
    // 1 - sigmoid(z) and sigmoid(-z) differ in the last digit.
    expect(distance(outputs(make("V"), p).data, outputs(make("CIFG"), coupled).data)).toBeLessThan(1e-14);
  });

  test("full gate recurrence without weights for it is V", () => {
    const p = init(make("V").params, 1, f64);
    const gates = { i: numbers([B, H], "i"), f: numbers([B, H], "f"), o: numbers([B, H], "o") };
    const full = {
      ...p,
      wg: fromArray({ dtype: "f64", shape: [3 * H, 3 * H] }, new Float64Array(9 * H * H)),
    };
    const got = outputs(make("FGR"), full, { ...start, gates });
    expect(distance(got.data, outputs(make("V"), p).data)).toBeLessThan(1e-15);
  });

  test("peepholeLstm is V", () => {
    const p = init(make("V").params, 1, f64);
    expect(outputs(peepholeLstm(I, H), p).data).toEqual(outputs(make("V"), p).data);
  });
});

test("a variant has the parameters of V less those of what it lacks, and FGR nine matrices more", () => {
  const sizes = (variant: LstmVariant) =>
    Object.fromEntries(
      flatten(make(variant).params).map(({ path, leaf }) => [path, (leaf as ParamSpec).shape]),
    );
  const of = (columns: number, peep: string) => ({
    wx: [I, columns * H],
    wh: [H, columns * H],
    b: [columns * H],
    ...Object.fromEntries([...peep].map((gate) => [`peep.${gate}`, [H]])),
  });
  expect(sizes("V")).toEqual(of(4, "ifo"));
  expect(sizes("NIG")).toEqual(of(3, "fo"));
  expect(sizes("NFG")).toEqual(of(3, "io"));
  expect(sizes("NOG")).toEqual(of(3, "if"));
  expect(sizes("NIAF")).toEqual(of(4, "ifo"));
  expect(sizes("NOAF")).toEqual(of(4, "ifo"));
  expect(sizes("NP")).toEqual(of(4, ""));
  expect(sizes("CIFG")).toEqual(of(3, "io"));
  expect(sizes("FGR")).toEqual({ ...of(4, "ifo"), wg: [3 * H, 3 * H] });
});

describe("biases", () => {
  const b = (options: LstmVariantOptions) => [...init(lstmVariant(1, 2, options).params, 1).b.data];

  test("forget gates start open, in whichever columns they are", () => {
    expect(b({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(b({ variant: "NIG", forgetBias: 2 })).toEqual([2, 2, 0, 0, 0, 0]);
    expect(b({ variant: "CIFG" })).toEqual([-1, -1, 0, 0, 0, 0]);
    expect(b({ variant: "NFG" })).toEqual([0, 0, 0, 0, 0, 0]);
    expect(b({ variant: "NFG", biasInit: ones })).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("are refused when given twice, and to a gate that is not there", () => {
    expect(() => lstmVariant(1, 2, { forgetBias: 1, biasInit: zeros })).toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: lstmVariant: forgetBias and biasInit both say how biases start.
      Leave one of them out.]
    `);
    expect(() => lstmVariant(1, 2, { variant: "NFG", forgetBias: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: lstmVariant: NFG has no forget gate, and forgetBias is of forget gates.
      Leave it out.]
    `);
  });
});

test("a variant or a size that there is not is named", () => {
  expect(() => lstmVariant(1, 2, { variant: "nog" as "NOG" })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: lstmVariant: there is no variant nog.
    Choose one of V, NIG, NFG, NOG, NIAF, NOAF, NP, CIFG, FGR.]
  `);
  expect(() => lstmVariant(1, 0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: lstmVariant: hidden is 0.
    Sizes are whole numbers from 1 on.]
  `);
});
