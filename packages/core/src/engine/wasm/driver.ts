import { byteSize } from "../../compiler/byte-size.ts";
import type { Call, Host, Loop, Program, Statement } from "../../ir/program.ts";
import type { LoopId, View } from "../../ir/view.ts";
import type { Callee, Code, Local } from "./encode/code.ts";
import type { Emission } from "./emission.ts";
import type { FunctionBuilder } from "./encode/function.ts";
import { kernelFunction } from "./kernel/kernel.ts";
import * as i32 from "./encode/opcodes/i32.ts";

/** Where the buffers of a program lie. */
export interface Layout {
  /** The address of a buffer; undefined when a run is told. */
  addressOf(buffer: number): number | undefined;
  /** Of those that a run is told, the addresses stand here, at the place that the buffer has in `external`. */
  readonly table: number;
  readonly external: readonly number[];
}

/** A call of JavaScript, and the loops around it: the import takes their turns. */
export interface HostCall {
  readonly name: string;
  readonly host: Host;
  readonly loops: readonly Loop[];
}

/** What a driver does after a call, which is told by its place in the program. */
export type AfterCall = (f: FunctionBuilder, call: number) => void;

/** The function `run`: all statements in order, loops as loops. Kernels are functions of their own. */
export function writeDriver(
  emission: Emission,
  program: Program,
  layout: Layout,
  afterCall: AfterCall = () => undefined,
): readonly HostCall[] {
  const { module } = emission;
  const kernels = program.kernels.map((kernel) => kernelFunction(emission, kernel));
  const hosts: HostCall[] = [];
  const run = module.function([], [], (f) => {
    const writer = new DriverWriter(f, emission, kernels, layout, hosts, afterCall);
    for (const statement of program.statements) writer.write(statement);
  });
  module.export("run", run);
  return hosts;
}

class DriverWriter {
  readonly #f: FunctionBuilder;
  readonly #emission: Emission;
  readonly #kernels: readonly Callee[];
  readonly #layout: Layout;
  readonly #hosts: HostCall[];
  /** The addresses of buffers that a run is told. */
  readonly #bases = new Map<number, Local>();
  readonly #loops: Loop[] = [];
  readonly #turns = new Map<LoopId, Local>();
  readonly #afterCall: AfterCall;
  #calls = 0;

  constructor(
    f: FunctionBuilder,
    emission: Emission,
    kernels: readonly Callee[],
    layout: Layout,
    hosts: HostCall[],
    afterCall: AfterCall,
  ) {
    this.#f = f;
    this.#emission = emission;
    this.#kernels = kernels;
    this.#layout = layout;
    this.#hosts = hosts;
    this.#afterCall = afterCall;
    layout.external.forEach((buffer, place) => {
      const address = i32.load({ address: i32.const(0), offset: layout.table + 4 * place });
      this.#bases.set(buffer, f.let("i32", address));
    });
  }

  write(statement: Statement): void {
    switch (statement.kind) {
      case "call":
        return this.#writeCall(statement);
      case "host":
        return this.#writeHost(statement);
      case "loop":
        return this.#writeLoop(statement);
      case "barrier":
        return;
    }
  }

  #writeCall({ kernel, operands }: Call): void {
    this.#f.do([operands.map((view) => this.#address(view)), this.#kernels[kernel]!]);
    this.#afterCall(this.#f, this.#calls++);
  }

  #writeHost(host: Host): void {
    const name = `host.${this.#hosts.length}`;
    const loops = [...this.#loops];
    this.#hosts.push({ name, host, loops });
    const callee = this.#emission.module.import(
      name,
      loops.map(() => "i32"),
      [],
    );
    this.#f.do([loops.map(({ loop }) => this.#turns.get(loop)!), callee]);
    this.#afterCall(this.#f, this.#calls++);
  }

  #writeLoop(loop: Loop): void {
    const turn = this.#f.local("i32");
    this.#turns.set(loop.loop, turn);
    this.#loops.push(loop);
    this.#f.repeat(loop.length, () => loop.body.forEach((statement) => this.write(statement)), turn);
    this.#loops.pop();
    this.#f.free(turn);
  }

  /** Where the first element of a view lies in this turn of the loops around it. */
  #address({ buffer, offset, steps }: View): Code {
    const size = byteSize(buffer.dtype);
    const known = this.#layout.addressOf(buffer.id);
    const first = i32.const((known ?? 0) + offset * size);
    const start = known === undefined ? i32.add(this.#bases.get(buffer.id)!, first) : first;
    return steps.reduce<Code>((address, { loop, stride, period }) => {
      const turn = this.#turns.get(loop)!;
      const times = period === undefined ? turn : i32.rem_u(turn, i32.const(period));
      return i32.add(address, i32.mul(times, i32.const(stride * size)));
    }, start);
  }
}
