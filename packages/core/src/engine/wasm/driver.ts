import { byteSize } from "../../tensor/type.ts";
import type { Call, Host, Loop, Program, Statement } from "../../ir/program.ts";
import type { LoopId, View } from "../../ir/view.ts";
import type { HostCall } from "../resident/call-host.ts";
import type { Layout } from "../resident/program-memory.ts";
import type { Callee, Code, Local } from "./encode/code.ts";
import type { Emission } from "./emission.ts";
import type { FunctionBuilder } from "./encode/function.ts";
import * as i32 from "./encode/opcodes/i32.ts";
import { KernelParts, type Part } from "./kernel/parts.ts";
import { barrierFunction } from "./threads/barrier.ts";
import type { Control } from "./threads/control.ts";

/** A call of JavaScript by an import, which takes the turns of the loops around it. */
export interface ImportedCall extends HostCall {
  readonly name: string;
}

/** Threads that share a program, and the words by which they keep in step. */
export interface Sharing {
  readonly threads: number;
  readonly control: Control;
}

/** What modules call the share of one thread. */
export const shareName = (thread: number): `run.${number}` => `run.${thread}`;

/** What a driver does after a call, which is told by its place in the program. */
export type AfterCall = (f: FunctionBuilder, call: number) => void;

/** What a driver is written for. */
export interface DriverOptions {
  /** Absent: one thread, whatever the program says of others. */
  readonly sharing?: Sharing | undefined;
  readonly afterCall?: AfterCall | undefined;
}

/**
 * The function `run`: all statements in order, loops as loops. Kernels are functions of their own.
 *
 * For several threads, `run` does the shares of all of them, one after another, and there is a function for the share
 * of each, with `barrier` between them.
 */
export function writeDriver(
  emission: Emission,
  program: Program,
  layout: Layout,
  { sharing, afterCall }: DriverOptions = {},
): readonly ImportedCall[] {
  const { module } = emission;
  const threads = sharing?.threads ?? 1;
  const parts = new KernelParts(emission, program.kernels, threads);
  const hosts: ImportedCall[] = [];
  const write = (f: FunctionBuilder, role: Role): void => {
    const writer = new DriverWriter(f, emission, { layout, hosts, role });
    // A run ends when all threads have come to its end.
    for (const statement of [...program.statements, { kind: "barrier" } as const]) writer.write(statement);
  };
  const alone: Role = { hasHosts: true, partsOf: (call) => parts.all(call), afterCall };
  module.export(
    "run",
    module.function([], [], (f) => write(f, alone)),
  );
  if (!sharing) return hosts;
  const barrier = barrierFunction(module, sharing.control, threads);
  module.export("barrier", barrier);
  for (let thread = 0; thread < threads; thread++) {
    const role: Role = { hasHosts: thread === 0, partsOf: (call) => parts.of(call, thread), barrier };
    module.export(
      shareName(thread),
      module.function([], [], (f) => write(f, role)),
    );
  }
  return hosts;
}

/** What one of the functions does of every statement. */
interface Role {
  /** Whether it calls JavaScript. */
  readonly hasHosts: boolean;
  partsOf(call: Call): readonly Part[];
  /** Absent: barriers are passed by. */
  readonly barrier?: Callee;
  readonly afterCall?: AfterCall | undefined;
}

class DriverWriter {
  readonly #f: FunctionBuilder;
  readonly #emission: Emission;
  readonly #layout: Layout;
  readonly #hosts: ImportedCall[];
  readonly #role: Role;
  /** The addresses of buffers that a run is told. */
  readonly #bases = new Map<number, Local>();
  readonly #loops: Loop[] = [];
  readonly #turns = new Map<LoopId, Local>();
  #calls = 0;

  constructor(
    f: FunctionBuilder,
    emission: Emission,
    { layout, hosts, role }: { readonly layout: Layout; readonly hosts: ImportedCall[]; readonly role: Role },
  ) {
    this.#f = f;
    this.#emission = emission;
    this.#layout = layout;
    this.#hosts = hosts;
    this.#role = role;
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
        return this.#writeBarrier();
    }
  }

  #writeCall(call: Call): void {
    for (const { callee, offsets } of this.#role.partsOf(call))
      this.#f.do([call.operands.map((view, i) => this.#address(view, offsets[i]!)), callee]);
    this.#endCall();
  }

  #writeHost(host: Host): void {
    if (!this.#role.hasHosts) return;
    const known = this.#hosts.find((call) => call.host === host);
    const { name, loops } = known ?? { name: `host.${this.#hosts.length}`, loops: [...this.#loops] };
    if (!known) this.#hosts.push({ name, host, loops });
    const callee = this.#emission.module.import(
      name,
      loops.map(() => "i32"),
      [],
    );
    this.#f.do([loops.map(({ loop }) => this.#turns.get(loop)!), callee]);
    this.#endCall();
  }

  #endCall(): void {
    this.#role.afterCall?.(this.#f, this.#calls++);
  }

  #writeLoop(loop: Loop): void {
    const turn = this.#f.local("i32");
    this.#turns.set(loop.loop, turn);
    this.#loops.push(loop);
    this.#f.repeat(loop.length, () => loop.body.forEach((statement) => this.write(statement)), turn);
    this.#loops.pop();
    this.#f.free(turn);
  }

  /** Wait for the others, and leave with them when the run has failed. */
  #writeBarrier(): void {
    const { barrier } = this.#role;
    if (barrier) this.#f.if(barrier, () => this.#f.return());
  }

  /** Where an element of a view lies in this turn of the loops around it, counted from the first one. */
  #address({ buffer, offset, steps }: View, further: number): Code {
    const size = byteSize(buffer.dtype);
    const known = this.#layout.addressOf(buffer.id);
    const first = i32.const((known ?? 0) + (offset + further) * size);
    const start = known === undefined ? i32.add(this.#bases.get(buffer.id)!, first) : first;
    return steps.reduce<Code>((address, { loop, stride, period }) => {
      const turn = this.#turns.get(loop)!;
      const times = period === undefined ? turn : i32.rem_u(turn, i32.const(period));
      return i32.add(address, i32.mul(times, i32.const(stride * size)));
    }, start);
  }
}
