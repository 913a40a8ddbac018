import {
  byteSize,
  shareOf,
  type Call,
  type Host,
  type HostCall,
  type Layout,
  type Loop,
  type Program,
  type Statement,
  type View,
} from "@unroll/core/engine";
import { scratchBytes } from "./contract/blocking.ts";
import type { Functions } from "./functions.ts";
import { kernelFunction } from "./kernel.ts";
import { typeName } from "./names.ts";
import type { Text } from "./text.ts";

/**
 * What a run is told, in numbers of 64 bits: first the addresses of the buffers that have no place of their own, then
 * these, and then the turns of loops that a call of JavaScript is in.
 */
export const words = { own: 0, copies: 1, host: 2, barrier: 3, crew: 4, turns: 5 } as const;

export interface Request {
  /** Among how many threads the program is shared out. */
  readonly threads: number;
  /** Whether JavaScript is told after every call; one thread then does the shares of all. */
  readonly marks: boolean;
}

/** What is printed besides the functions of kernels. */
export interface Drivers {
  readonly hosts: readonly HostCall[];
}

/** The functions that do all statements in order, loops as loops: the share of each thread. */
export function printDrivers(
  text: Text,
  functions: Functions,
  program: Program,
  layout: Layout,
  { threads, marks }: Request,
): Drivers {
  const hosts: HostCall[] = [];
  const { external, own } = layout;
  const word = (name: keyof typeof words): string => `told[${external.length + words[name]}]`;
  for (let thread = 0; thread < (marks ? 1 : threads); thread++) {
    text.block(`static i32 share${thread}(f64 *told)`, () => {
      text.line(`char *const own = (char *)(u64)${word("own")};`);
      text.line(`char *const copies = (char *)(u64)${word("copies")} + ${thread * scratchBytes}ll;`);
      external.forEach((id, place) => {
        const type = typeName(program.buffers[id]!.dtype);
        text.line(`${type} *const g${id} = (${type} *)(u64)told[${place}];`);
      });
      const placeOf = (buffer: number): number | undefined => {
        const address = layout.addressOf(buffer);
        return address === undefined ? undefined : address - own;
      };
      const printer = new DriverPrinter(text, functions, program, {
        placeOf,
        word,
        hosts,
        thread,
        threads,
        marks,
      });
      for (const statement of program.statements) printer.print(statement);
      text.line("(void)own, (void)copies;");
      text.line("return 0;");
    });
  }
  text.block("i32 unroll_share(f64 *told, i32 thread)", () => {
    for (let thread = 1; thread < (marks ? 1 : threads); thread++)
      text.line(`if (thread == ${thread}) return share${thread}(told);`);
    text.line("return share0(told);");
  });
  text.line("i32 unroll_run(u64 told) { return share0((f64 *)told); }");
  if (marks) {
    const mark = `((i32 (*)(i32))(u64)((f64 *)told)[${external.length + words.host}])(-1)`;
    text.line(`i32 unroll_idle(u64 told, i32 count) { for (i32 i = 0; i < count; i++) ${mark}; return 0; }`);
  }
  text.line("u64 unroll_entry(void) { return (u64)unroll_share; }");
  return { hosts };
}

/** What one of the functions is printed for. */
interface Role {
  /** Bytes from the beginning of the program's own memory; undefined when a run is told the address. */
  readonly placeOf: (buffer: number) => number | undefined;
  readonly word: (name: keyof typeof words) => string;
  readonly hosts: HostCall[];
  readonly thread: number;
  readonly threads: number;
  readonly marks: boolean;
}

class DriverPrinter {
  readonly #text: Text;
  readonly #functions: Functions;
  readonly #program: Program;
  readonly #role: Role;
  readonly #loops: Loop[] = [];
  #calls = 0;

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

  #printCall(call: Call): void {
    const { thread, threads, marks } = this.#role;
    if (!marks) this.#printShare(call, thread);
    else for (let other = 0; other < threads; other++) this.#printShare(call, other);
    this.#printMark();
  }

  #printShare({ kernel: place, operands, split = "first" }: Call, thread: number): void {
    const whole = this.#program.kernels[place]!;
    const share = shareOf(whole, split, thread, this.#role.threads);
    if (!share) return;
    const name = kernelFunction(this.#functions, share.kernel, whole);
    const pointers = operands.map((view, i) => this.#pointer(view, share.offsets[i]!));
    if (whole.form === "contract") pointers.push("copies");
    this.#text.line(`${name}(${pointers.join(", ")});`);
  }

  #printMark(): void {
    if (this.#role.marks)
      this.#text.line(`((i32 (*)(i32))(u64)${this.#role.word("host")})(${-1 - this.#calls++});`);
  }

  /** The function of JavaScript runs in the first thread; the others learn at the next barrier whether it failed. */
  #printHost(host: Host): void {
    const { hosts, thread, word } = this.#role;
    if (thread > 0) return;
    const loops = [...this.#loops];
    const which = hosts.push({ host, loops }) - 1;
    loops.forEach(({ loop }, i) => this.#text.line(`(&${word("turns")})[${i}] = t${loop};`));
    this.#text.line(`if (((i32 (*)(i32))(u64)${word("host")})(${which})) return 1;`);
    this.#printMark();
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
    const { threads, word, marks } = this.#role;
    if (threads === 1 || marks) return;
    this.#text.line(`if (((i32 (*)(u64))(u64)${word("barrier")})((u64)${word("crew")})) return 1;`);
  }

  /** Where an element of a view lies in this turn of the loops around it, counted from the first one. */
  #pointer({ buffer, offset, steps }: View, further: number): string {
    const type = typeName(buffer.dtype);
    const place = this.#role.placeOf(buffer.id);
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
