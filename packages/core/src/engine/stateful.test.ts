import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  fork,
  full,
  mul,
  randomKey,
  randomUniform,
  stateful,
  sum,
  take,
  tensor,
  type Tensor,
  type Value,
} from "../index.ts";

const counter = () =>
  stateful(({ n }: { n: Value }, by: Value) => [{ n: add(n, by) }, { before: n }], { n: tensor(1) });

describe("stateful", () => {
  test("carries state from call to call", () => {
    const trainer = counter();
    expect([...trainer.step(tensor(2)).before.data]).toEqual([1]);
    expect([...trainer.step(tensor(5)).before.data]).toEqual([3]);
    expect([...trainer.state.n.data]).toEqual([8]);
    expect(trainer.compilations).toBe(1);
  });

  test("its initial state is a copy, and so is what it is set to", () => {
    const n = tensor(1);
    const trainer = stateful((s: { n: Value }, by: Value) => [{ n: add(s.n, by) }, {}], { n });
    n.data[0] = 100;
    trainer.step(tensor(1));
    expect([...trainer.state.n.data]).toEqual([2]);
    const five = tensor(5);
    trainer.state = { n: five };
    five.data[0] = 100;
    expect([...trainer.state.n.data]).toEqual([5]);
  });

  test("state can be kept in part and reset in part", () => {
    const trainer = stateful(
      (s: { a: Value; b: Value }, x: Value) => [{ a: add(s.a, x), b: add(s.b, x) }, {}],
      { a: tensor(0), b: tensor(0) },
    );
    trainer.step(tensor(3));
    trainer.state = { ...trainer.state, b: tensor(0) };
    trainer.step(tensor(1));
    expect([...trainer.state.a.data, ...trainer.state.b.data]).toEqual([4, 1]);
  });

  test("two that start from one tree do not share it", () => {
    const first = counter();
    const second = stateful((s: { n: Value }, by: Value) => [{ n: mul(s.n, by) }, {}], first.state);
    first.step(tensor(1));
    second.step(tensor(10));
    expect([...first.state.n.data, ...second.state.n.data]).toEqual([2, 10]);
  });

  test("its state is an argument for other programs", () => {
    const trainer = counter();
    trainer.step(tensor(2));
    expect([...compile((n: Value) => mul(2, n))(trainer.state.n).data]).toEqual([6]);
  });

  test("a step that throws leaves the state as it was", () => {
    const trainer = stateful(
      (s: { n: Value }, i: Value) => [{ n: add(s.n, 1) }, take(s.n, i)],
      { n: tensor([1, 2]) },
      { checks: "indices" },
    );
    expect(() => trainer.step(tensor(5, { dtype: "i32" }))).toThrow("index 5 is outside");
    expect([...trainer.state.n.data]).toEqual([1, 2]);
    trainer.step(tensor(1, { dtype: "i32" }));
    expect([...trainer.state.n.data]).toEqual([2, 3]);
  });
});

describe("errors of stateful", () => {
  test("a tensor of an old state says when it was read", () => {
    const trainer = counter();
    trainer.step(tensor(1));
    const kept = trainer.state.n;
    trainer.step(tensor(1));
    expect(() => kept.data).toThrowErrorMatchingInlineSnapshot(`
      [StaleError: state.n was read at step 1, now 2.
      Keep it with copy(...) before the step.]
    `);
  });

  test("a tensor that one program leaves and another overwrites", () => {
    const trainer = stateful(
      ({ a, b }: { a: Value; b: Value }, x: Value) => [
        x.shape.length === 0 ? { a, b: add(b, x) } : { a: add(a, sum(x)), b },
        {},
      ],
      { a: tensor(1), b: tensor(2) },
    );
    const { a } = trainer.state;
    for (let i = 0; i < 3; i++) trainer.step(tensor(1));
    expect([...a.data]).toEqual([1]);
    for (let i = 0; i < 2; i++) trainer.step(tensor([1, 1]));
    expect(() => a.data).toThrow("state.a was read at step 3, now 4.");
    expect([...trainer.state.a.data, ...trainer.state.b.data]).toEqual([5, 5]);
  });

  test("a state that changes its type", () => {
    const trainer = stateful(
      (_s: { c: Value }, _x: Value) => [{ c: full(0, { dtype: "f32", shape: [3] }) }, {}],
      { c: tensor([1, 2]) },
    );
    expect(() => trainer.step(tensor(1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: stateful: state.c is f32[2] before the step and f32[3] after.]`,
    );
  });

  test("a state key that is misspelt", () => {
    const step = (s: { h: Value }): [{ h: Value }, object] => [{ hh: s.h } as unknown as { h: Value }, {}];
    expect(() => stateful(step, { h: tensor(1) }).step()).toThrowErrorMatchingInlineSnapshot(
      `
      [TreeError: stateful: the step returned state { hh }, but the initial state is { h }: h is missing, and hh is too much.
      A step returns every key of the state, under the name it came in with.]
    `,
    );
  });

  test("a state that is set to another tree or other types", () => {
    const trainer = counter();
    expect(() => {
      trainer.state = { m: tensor(1) } as unknown as { n: Tensor };
    }).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: stateful: the state is set to { m }, but the state is { n }: n is missing, and m is too much.]`,
    );
    expect(() => {
      trainer.state = { n: tensor([1]) };
    }).toThrowErrorMatchingInlineSnapshot(`[ShapeError: stateful: state.n is f32[] and is set to f32[1].]`);
  });

  test("a key that is used and returned unchanged", () => {
    const step = (s: { key: Value }): readonly [{ key: Value }, Value] => [
      { key: s.key },
      randomUniform(s.key, { dtype: "f32", shape: [2] }),
    ];
    expect(() => stateful(step, { key: randomKey(1) }).step()).toThrowErrorMatchingInlineSnapshot(`
      [KeyError: random: state.key is returned unchanged after being used by randomUniform.
      Fork it, use one part and return the other.]
    `);
    const right = (s: { key: Value }): readonly [{ key: Value }, Value] => {
      const [key, use] = fork(s.key, 2);
      return [{ key }, randomUniform(use, { dtype: "f32", shape: [2] })];
    };
    const drawer = stateful(right, { key: randomKey(1) });
    expect([...drawer.step().data]).not.toEqual([...drawer.step().data]);
  });

  test("use after dispose", () => {
    const trainer = counter();
    const { n } = trainer.state;
    trainer.dispose();
    expect(() => n.data).toThrowErrorMatchingInlineSnapshot(`
      [StaleError: state.n belonged to a stateful step that has been disposed of.
      Keep it with copy(...) before the step.]
    `);
    expect(() => trainer.step(tensor(1))).toThrowErrorMatchingInlineSnapshot(
      `[StaleError: stateful: it has been disposed of.]`,
    );
  });
});
