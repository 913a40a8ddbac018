import { afterEach, describe, expect, test } from "vitest";
import { crewOf as makeCrew } from "../../../../test/crew.ts";
import { UnsupportedError } from "../../../tensor/error.ts";
import type { Callee } from "../encode/code.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import * as atomic from "../encode/opcodes/atomic.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import { EngineMemory, sharedMemory } from "../memory/memory.ts";
import type { Crew } from "./crew.ts";

const crews: Crew[] = [];
afterEach(() => crews.splice(0).forEach((crew) => crew.dispose()));
const crewOf: typeof makeCrew = (...what) => {
  const made = makeCrew(...what);
  crews.push(made.crew);
  return made;
};

const place = (offset: number) => ({ address: i32.const(0), offset });
const trap = 0x00;

test("at a barrier every thread sees what all have done before it", () => {
  const threads = 3;
  const turns = 2000;
  // In every turn each thread adds 1, and one of them, after all have, doubles; both without atomics would get lost.
  const { crew, program, read } = crewOf(threads, (f, thread, barrier, word) => {
    const meet = (): void => f.if(barrier, () => f.return());
    f.repeat(turns, () => {
      f.do(atomic.increase(place(word), i32.const(1)));
      meet();
      if (thread === threads - 1)
        f.do(
          atomic.store(place(word), i32.rem_u(i32.mul(i32.load(place(word)), i32.const(2)), i32.const(9973))),
        );
      meet();
    });
  });
  let expected = 0;
  for (let turn = 0; turn < turns; turn++) expected = (2 * (expected + threads)) % 9973;
  expect(crew.run(program, 0)).toBe(true);
  expect(read()).toBe(expected);
});

test("a worker that fails in the middle of a run is an error, and later runs are left to the caller", () => {
  const { crew, program } = crewOf(3, (f, thread, barrier) => {
    f.if(barrier, () => f.return());
    if (thread === 1) f.do(trap);
    f.if(barrier, () => f.return());
  });
  expect(() => crew.run(program, 0)).toThrow(UnsupportedError);
  expect(crew.run(program, 0)).toBe(false);
});

test("that error says what to do", () => {
  const { crew, program } = crewOf(2, (f, thread, barrier) => {
    if (thread === 1) f.do(trap);
    f.if(barrier, () => f.return());
  });
  expect(() => crew.run(program, 0)).toThrowErrorMatchingInlineSnapshot(`
    [UnsupportedError: wasm: a worker failed in the middle of a run, and what it should have computed is lost.
    Later runs use one thread. A state that was being trained has to be set anew.]
  `);
});

test("when the calling thread drops out of a run the others do as well, and come to the next one", () => {
  const { crew, program, read } = crewOf(3, (f, thread, barrier, word) => {
    f.if(barrier, () => f.return());
    f.do(atomic.increase(place(word), i32.const(1)));
    if (thread === 0)
      f.if(i32.lt_u(i32.load(place(word + 4)), i32.const(1)), () => {
        f.do(atomic.store(place(word + 4), i32.const(1)));
        f.do(trap);
      });
    f.if(barrier, () => f.return());
    f.do(atomic.increase(place(word), i32.const(100)));
    f.if(barrier, () => f.return());
  });
  expect(() => crew.run(program, 0)).toThrow(WebAssembly.RuntimeError);
  expect(read()).toBe(3);
  expect(crew.run(program, 0)).toBe(true);
  expect(read()).toBe(306);
});

describe("a run is declined", () => {
  const nothing = (f: FunctionBuilder, _: number, barrier: Callee): void => f.if(barrier, () => f.return());

  test("until the workers have started", () => {
    const { crew, program } = crewOf(2, nothing, 0);
    expect(crew.run(program, 0)).toBe(false);
  });

  test("inside of another one", () => {
    const { crew, program } = crewOf(2, nothing);
    let inner: boolean | undefined;
    const share = (): void => {
      inner = crew.run(program, 0);
      program.share();
    };
    expect(crew.run({ ...program, share }, 0)).toBe(true);
    expect(inner).toBe(false);
    expect(crew.run(program, 0)).toBe(true);
  });

  test("when a worker has ended", async () => {
    const { crew, program } = crewOf(2, nothing);
    expect(crew.run(program, 0)).toBe(true);
    // What is no module ends whoever tries to instantiate it.
    const broken = crew.add({}, program);
    await expect.poll(() => crew.hasEnded).toBe(true);
    expect(crew.run(program, 0)).toBe(false);
    expect(crew.run(broken, 0)).toBe(false);
  });

  test("when the crew was dismissed", () => {
    const { crew, program } = crewOf(2, nothing);
    crew.dispose();
    expect(crew.run(program, 0)).toBe(false);
  });
});

test("memory that threads share grows, and is an error where it can't", () => {
  const memory = sharedMemory()!;
  const words = new Int32Array(memory.memory.buffer);
  const address = memory.allocate(64);
  const large = memory.allocate(5 * 2 ** 20);
  memory.array("i32", large, 5 * 2 ** 18).fill(7);
  memory.array("i32", address, 1)[0] = 42;
  expect(words[address / 4]).toBe(42);
  const small = new EngineMemory({ pages: 16, maximum: 20, shared: true });
  expect(() => small.allocate(2 ** 21)).toThrow(UnsupportedError);
});
