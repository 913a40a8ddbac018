import {
  byteSize,
  shareOf,
  type Call,
  type Host,
  type Kernel,
  type Loop,
  type Program,
  type Statement,
  type View,
} from "@unroll/core/engine";
import { scratchBytes } from "./contract/outer.ts";
import type { Functions } from "./functions.ts";
import { kernelFunction } from "./kernel.ts";
import { typeName } from "./names.ts";
import type { Text } from "./text.ts";

/** Where the buffers of a program lie. */
export interface Layout {
  /** Bytes from the beginning of the program's own memory; undefined when a run is told the address. */
  readonly places: readonly (number | undefined)[];
}

/** A call of JavaScript, and the loops around it, whose turns it is told. */
export interface HostCall {
  readonly host: Host;
  readonly loops: readonly Loop[];
}

/**
 * What a run is told, in words of 64 bits: where things are. After these come the addresses of the buffers that have no
 * place of their own, and then the turns of loops that a call of JavaScript is in.
 */
export const words = { own: 0, copies: 1, host: 2, barrier: 3, crew: 4, given: 5 } as const;

/** The buffers that a run is told the addresses of. */
export const givenBuffers = ({ places }: Layout): readonly number[] =>
  places.flatMap((place, id) => (place === undefined ? [id] : []));

/** What is printed besides the functions of kernels. */
export interface Drivers {
  readonly hosts: readonly HostCall[];
  /** How many words a run is told. */
  readonly words: number;
}

/** The functions that do all statements in order, loops as loops: the share of each thread. */
export function printDrivers(
  text: Text,
  functions: Functions,
  program: Program,
  layout: Layout,
  threads: number,
): Drivers {
  const hosts: HostCall[] = [];
  const given = givenBuffers(layout);
  const turns = words.given + given.length;
  for (let thread = 0; thread < threads; thread++) {
    text.block(`static i32 share${thread}(u64 *told)`, () => {
      text.line(`char *const own = (char *)told[${words.own}];`);
      text.line(`char *const copies = (char *)told[${words.copies}] + ${thread * scratchBytes}ll;`);
      given.forEach((id, place) => {
        const type = typeName(program.buffers[id]!.dtype);
        text.line(`${type} *const g${id} = (${type} *)told[${words.given + place}];`);
      });
      const printer = new DriverPrinter(text, functions, program, { layout, hosts, turns, thread, threads });
      for (const statement of program.statements) printer.print(statement);
      text.line("(void)own; (void)copies;");
      text.line("return 0;");
    });
  }
  text.block("i32 unroll_share(u64 *told, i32 thread)", () => {
    for (let thread = 1; thread < threads; thread++)
      text.line(`if (thread == ${thread}) return share${thread}(told);`);
    text.line("return share0(told);");
  });
  text.line("i32 unroll_run(u64 *told) { return share0(told); }");
  text.line("void *unroll_entry(void) { return (void *)unroll_share; }");
  const deepest = Math.max(0, ...hosts.map(({ loops }) => loops.length));
  return { hosts, words: turns + deepest };
}

/** What one of the functions is printed for. */
interface Role {
  readonly layout: Layout;
  readonly hosts: HostCall[];
  /** The word where the turns of loops begin. */
  readonly turns: number;
  readonly thread: number;
  readonly threads: number;
}

class DriverPrinter {
  readonly #text: Text;
  readonly #functions: Functions;
  readonly #program: Program;
  readonly #role: Role;
  readonly #loops: Loop[] = [];

  constructor(text: Text, functions: Functions, program: Program, role: Role) {
    this.#text = text;
    this.#functions = functions;
    this.#program = program;
    this.#role = role;
  }

  print(statement: Statement): void {
    switch (statement.kind) {
      case "call":
        return this.#printCall(statement);
      case "host":
        return this.#printHost(statement);
      case "loop":
        return this.#printLoop(statement);
      case "barrier":
        return this.#printBarrier();
    }
  }

  #printCall({ kernel: place, operands, split = "first" }: Call): void {
    const { thread, threads } = this.#role;
    const whole: Kernel = this.#program.kernels[place]!;
    const share = shareOf(whole, split, thread, threads);
    if (!share) return;
    const name = kernelFunction(this.#functions, share.kernel, whole);
    const pointers = operands.map((view, i) => this.#pointer(view, share.offsets[i]!));
    if (whole.form === "contract") pointers.push("copies");
    this.#text.line(`${name}(${pointers.join(", ")});`);
  }

  /** The function of JavaScript runs in the first thread; the others learn at the next barrier whether it failed. */
  #printHost(host: Host): void {
    const { hosts, thread, turns } = this.#role;
    if (thread > 0) return;
    const loops = [...this.#loops];
    const which = hosts.push({ host, loops }) - 1;
    loops.forEach(({ loop }, i) => this.#text.line(`told[${turns + i}] = (u64)t${loop};`));
    this.#text.line(`if (((i32 (*)(i32))told[${words.host}])(${which})) return 1;`);
  }

  #printLoop(loop: Loop): void {
    this.#loops.push(loop);
    const turn = `t${loop.loop}`;
    this.#text.block(`for (i32 ${turn} = 0; ${turn} < ${loop.length}; ${turn}++)`, () => {
      for (const statement of loop.body) this.print(statement);
    });
    this.#loops.pop();
  }

  #printBarrier(): void {
    if (this.#role.threads === 1) return;
    this.#text.line(`if (((i32 (*)(void *))told[${words.barrier}])((void *)told[${words.crew}])) return 1;`);
  }

  /** Where an element of a view lies in this turn of the loops around it, counted from the first one. */
  #pointer({ buffer, offset, steps }: View, further: number): string {
    const type = typeName(buffer.dtype);
    const place = this.#role.layout.places[buffer.id];
    const first = offset + further;
    const start =
      place === undefined
        ? `g${buffer.id} + ${first}`
        : `(${type} *)(own + ${place + first * byteSize(buffer.dtype)}ll)`;
    return steps.reduce((pointer, { loop, stride, period }) => {
      const turn = period === undefined ? `t${loop}` : `(t${loop} % ${period})`;
      return `${pointer} + (i64)${turn} * ${stride}`;
    }, start);
  }
}
