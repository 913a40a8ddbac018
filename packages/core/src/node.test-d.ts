import { expectTypeOf, test } from "vitest";
import type { ParamSpec } from "./graph/spec.ts";
import { load, save } from "./node.ts";
import type { Tensor } from "./tensor/tensor.ts";

interface Training {
  readonly params: { readonly w: Tensor; readonly b?: Tensor };
  readonly layers: readonly Tensor[];
}

declare const training: Training;
declare const spec: { readonly w: ParamSpec };

test("a tree keeps its type", () => {
  expectTypeOf(load("file", training).tree).toEqualTypeOf<Training>();
  expectTypeOf(save<Training>).returns.toBeVoid();
  save("file", training, { step: "1" });
});

test("only trees of tensors are saved", () => {
  // @ts-expect-error TS2345: a spec has no numbers
  save("file", spec);
  // @ts-expect-error TS2345: a number is no leaf
  save("file", { w: 1 });
  // @ts-expect-error TS2322: metadata are strings
  save("file", training, { step: 1 });
});
