import { expectTypeOf, test } from "vitest";
import { add, compile, stateful, tensor, type Profile, type Value } from "../../index.ts";

const f = compile((p: { readonly w: Value }, x: Value) => add(p.w, x));
const stepped = stateful((s: { readonly n: Value }, by: Value) => [{ n: add(s.n, by) }, {}], {
  n: tensor(0),
});
const counted = stateful((s: { readonly n: Value }) => [{ n: add(s.n, 1) }, {}], { n: tensor(0) });

test("a profile takes what a call takes, as a list", () => {
  expectTypeOf(f.profile([{ w: tensor(1) }, tensor(1)])).toEqualTypeOf<Profile>();
  f.profile([{ w: tensor(1) }, tensor(1)], { repetitions: 3, clock: () => 0 });
  // @ts-expect-error TS2322: the second argument is a tensor
  f.profile([{ w: tensor(1) }, 3]);
  // @ts-expect-error TS2345: it is missing
  f.profile([{ w: tensor(1) }]);
});

test("and what a step takes, if anything", () => {
  expectTypeOf(stepped.profile(tensor(1), { repetitions: 3 })).toEqualTypeOf<Profile>();
  expectTypeOf(counted.profile()).toEqualTypeOf<Profile>();
  counted.profile(undefined, { repetitions: 3 });
  // @ts-expect-error TS2555: the step reads something
  stepped.profile();
});
