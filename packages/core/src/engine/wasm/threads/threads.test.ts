import { afterAll, describe, expect, test } from "vitest";
import { programs } from "../../../../test/programs.ts";
import { threaded } from "../../../../test/threaded.ts";
import { compile, type Engine, type Tensor } from "../../../index.ts";
import { flatten } from "../../../tensor/tree.ts";

const run = ([f, args]: (typeof programs)[string], engine: Engine): Map<string, number[]> => {
  const result: unknown = compile(f as (...xs: unknown[]) => unknown, { engine })(...(args as never[]));
  return new Map(flatten(result).map(({ path, leaf }) => [path, [...(leaf as Tensor).data]]));
};

describe.each([false, true])("relaxed: %s", (relaxed) => {
  const [one, two, three] = [threaded(1, relaxed), threaded(2, relaxed), threaded(3, relaxed)];
  afterAll(() => [one, two, three].forEach((engine) => engine.dispose()));

  test.each(Object.entries(programs))("%s", (_, program) => {
    const expected = run(program, one);
    expect(run(program, two)).toEqual(expected);
    expect(run(program, three)).toEqual(expected);
  });
});
