import * as i32 from "./opcodes/i32.ts";
import { unsigned, type Code, type Local, type ValueType } from "./code.ts";

const opcodes = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branchIf: 0x0d,
  return: 0x0f,
  setLocal: 0x21,
};
const noResult = 0x40;

/**
 * The body of a function while it is being written: statements in order, inside of loops and branches that are open.
 *
 *     f.repeat(size, () => {
 *       f.set(sum, f32x4.add(sum, v128.load({ address: x, offset: 0 })));
 *       f.advance(x, 16);
 *     });
 */
export class FunctionBuilder {
  readonly parameters: readonly Local[];
  readonly #types: ValueType[];
  readonly #free: Local[] = [];
  #statements: Code[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.#types = [...parameters];
    this.parameters = parameters.map((type, index) => ({ kind: "local", index, type }));
  }

  /** A variable that nobody else uses until it is freed. It holds anything. */
  local(type: ValueType): Local {
    const reused = this.#free.findIndex((local) => local.type === type);
    if (reused >= 0) return this.#free.splice(reused, 1)[0]!;
    return { kind: "local", index: this.#types.push(type) - 1, type };
  }

  free(...locals: readonly Local[]): void {
    this.#free.push(...locals);
  }

  /** A variable with a value. */
  let(type: ValueType, value: Code): Local {
    const local = this.local(type);
    this.set(local, value);
    return local;
  }

  set(local: Local, value: Code): void {
    this.#statements.push(value, opcodes.setLocal, unsigned(local.index));
  }

  /** Add a constant to an i32. */
  advance(local: Local, by: number): void {
    if (by !== 0) this.set(local, i32.add(local, i32.const(by)));
  }

  /** Code that leaves nothing on the stack, or the result of the function. */
  do(code: Code): void {
    this.#statements.push(code);
  }

  /** Run a body so many times, at least once; `counter`, when given, is the turn. */
  repeat(times: number, body: () => void, counter?: Local): void {
    if (times === 1) {
      if (counter) this.set(counter, i32.const(0));
      body();
      return;
    }
    const turn = counter ?? this.local("i32");
    this.set(turn, i32.const(0));
    this.loop(() => {
      body();
      this.advance(turn, 1);
      return i32.ne(turn, i32.const(times));
    });
    if (!counter) this.free(turn);
  }

  /** Run a body, then again as long as the i32 that it returns the code of is not 0. */
  loop(body: () => Code): void {
    const [statements, again] = this.#inside(body);
    this.#statements.push(opcodes.loop, noResult, statements, again, opcodes.branchIf, 0, opcodes.end);
  }

  if(condition: Code, then: () => void): void {
    const [statements] = this.#inside(then);
    this.#statements.push(condition, opcodes.if, noResult, statements, opcodes.end);
  }

  /** Leave a function without results. */
  return(): void {
    this.#statements.push(opcodes.return);
  }

  #inside<T>(body: () => T): readonly [Code, T] {
    const outer = this.#statements;
    this.#statements = [];
    const result = body();
    const inner = this.#statements;
    this.#statements = outer;
    return [inner, result];
  }

  /** All of it. */
  get code(): Code {
    return this.#statements;
  }

  /** The types of the variables, without the parameters. */
  get variables(): readonly ValueType[] {
    return this.#types.slice(this.parameters.length);
  }
}
