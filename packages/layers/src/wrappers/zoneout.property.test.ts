import { checkCell } from "@unroll/testing/cells";
import { describe, expect, test } from "vitest";
import { randomKey } from "@unroll/core";
import { numbers } from "../../test/numbers.ts";
import { someState } from "../../test/runs.ts";
import { bases, cells, H, I } from "../../test/sample-cells.ts";
import { stepOf, trainedRun } from "../../test/steps.ts";
import { expectSame } from "../../test/trees.ts";
import { gru, init, lstm, rnn, stackCells, zoneout, type Cell } from "../index.ts";

const f64 = { dtype: "f64" } as const;

/** The same step of a wide LSTM, as it is and zoned out. */
function wide(rates: { readonly h: number; readonly c: number }, seed: number) {
  const [units, B] = [200, 3];
  const cell = lstm(I, units);
  const given = [init(cell.params, 1, f64), someState(cell, B, 1), numbers([B, I], 1)] as const;
  const before = given[1];
  const plain = stepOf(cell).evaluated(...given);
  const zoned = stepOf(zoneout(cell, rates)).trained(...given, randomKey(seed));
  const kept = (path: "h" | "c"): readonly boolean[] => {
    const [old, fresh] = [before[path].data, plain.next[path]!.data];
    return Array.from(zoned.next[path]!.data, (s, i) => {
      expect([old[i], fresh[i]]).toContain(s);
      return s === old[i];
    });
  };
  return { zoned, kept };
}

const count = (conditions: readonly boolean[]): number => conditions.filter(Boolean).length;

describe("with a key", () => {
  test("every unit is its old state or its new one, the old one as often as the rate says", () => {
    const { kept } = wide({ h: 0.1, c: 0.5 }, 3);
    for (const [path, rate] of [
      ["h", 0.1],
      ["c", 0.5],
    ] as const) {
      const all = kept(path);
      // Five deviations of a binomial.
      const deviation = Math.sqrt(all.length * rate * (1 - rate));
      expect(Math.abs(count(all) - rate * all.length), path).toBeLessThan(5 * deviation);
    }
  });

  test("states, sequences and keys have masks of their own", () => {
    const [one, other] = [wide({ h: 0.5, c: 0.5 }, 3), wide({ h: 0.5, c: 0.5 }, 4)];
    expect(one.kept("h")).not.toEqual(one.kept("c"));
    expect(one.kept("h").slice(0, 200)).not.toEqual(one.kept("h").slice(200, 400));
    expect(one.kept("h")).not.toEqual(other.kept("h"));
    expect(one.kept("h")).toEqual(wide({ h: 0.5, c: 0.5 }, 3).kept("h"));
  });

  test("an output that is a state is that state zoned out", () => {
    const { zoned } = wide({ h: 0.5, c: 0 }, 3);
    expect(zoned.y.data).toEqual(zoned.next["h"]!.data);
  });

  test("every step has a mask of its own", () => {
    const cell = zoneout(rnn(I, 50), 0.5);
    const given = [init(cell.params, 1, f64), someState(cell, 1, 1), numbers([3, 1, I], 1)] as const;
    const { ys } = trainedRun(cell)(...given, randomKey(2));
    const rows = [given[1].h.data, ...[0, 1, 2].map((t) => ys.data.slice(50 * t, 50 * (t + 1)))];
    const masks = rows.slice(1).map((row, t) => Array.from(row, (h, i) => h === rows[t]![i]));
    expect(new Set(masks.map((mask) => mask.join())).size).toBe(3);
  });
});

test("without a key it is r s + (1 - r) s~ of each state, and what is made within the step saw s~", () => {
  const cell = lstm(I, H);
  const given = [init(cell.params, 1, f64), someState(cell, 2, 1), numbers([2, I], 1)] as const;
  const fresh = stepOf(cell).evaluated(...given).next;
  const { next, y } = stepOf(zoneout(cell, { h: 0.25, c: 0.75 })).evaluated(...given);
  for (const [path, rate] of [
    ["h", 0.25],
    ["c", 0.75],
  ] as const) {
    const expected = Array.from(fresh[path]!.data, (s, i) => rate * given[1][path].data[i]! + (1 - rate) * s);
    expect([...next[path]!.data]).toEqual(expected.map((s) => expect.closeTo(s, 14)));
  }
  expect(y.data).toEqual(next["h"]!.data);
});

test("a rate of 0 is the cell itself; one of 1 freezes it, trained or not", () => {
  expect(zoneout(bases["lstm"]!, 0)).toBe(bases["lstm"]);
  for (const cell of Object.values(bases)) {
    const given = [init(cell.params, 1, f64), someState(cell, 2, 1), numbers([2, I], 1)] as const;
    const { evaluated, trained } = stepOf(zoneout(cell, 1));
    expectSame(evaluated(...given).next, given[1]);
    expectSame(trained(...given, randomKey(1)).next, given[1]);
  }
});

test("one rate concerns all floats, and clocks, tokens and constant masks go on", () => {
  const cell = cells["busy"]!;
  const given = [init(cell.params, 1, f64), someState(cell, 2, 1), numbers([2, I], 1)] as const;
  const plain = stepOf(cell).evaluated(...given).next;
  const frozen = stepOf(zoneout(cell, 1)).evaluated(...given).next;
  expectSame({ ...plain, h: (given[1] as typeof plain)["h"] }, frozen);
});

describe("in checkCell", () => {
  for (const [name, cell] of Object.entries(bases)) {
    test(name, () => checkCell(zoneout(cell, 0.3), { inputs: I }));
  }
  test("a stack with rates by name", () => {
    const stack = stackCells(lstm(I, 2), gru(2, 2));
    checkCell(zoneout(stack, [{ c: 0.5 }, undefined]), { inputs: I });
  });
});

describe("errors", () => {
  test("a rate that is none", () => {
    expect(() => zoneout(lstm(I, H), { h: 1.5 })).toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: zoneout: the rate of h is 1.5.
      Rates are in [0, 1].]
    `);
    expect(() => zoneout(lstm(I, H), NaN)).toThrow("NaN");
  });

  test("a state that there is not", () => {
    const rates = { z: 0.1 };
    expect(() => zoneout(lstm(I, H) as Cell<unknown, unknown>, rates)).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: zoneout: there is no z.
      The leaves are c, h.]
    `);
    expect(() => zoneout(lstm(I, H) as Cell<unknown, unknown>, { h: { shape: 0.1 } })).toThrow("no h.shape");
  });

  test("an integer by its name", () => {
    expect(() => zoneout(cells["busy"]!, { clock: 0.1 })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: zoneout: clock is i32, no float.
      Leave it out.]
    `);
  });
});
