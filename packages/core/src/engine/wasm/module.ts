import { unsigned, write, type Callee, type Code, type ValueType } from "./code.ts";
import { FunctionBuilder } from "./function.ts";

const typeBytes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 };
const kinds = { function: 0x00, memory: 0x02, global: 0x03 };
const functionType = 0x60;
const getGlobal = 0x23;
const immutable = 0x00;
const end = 0x0b;

/** The memory that a module imports, in pages of 64 KiB. A shared one must say how far it may grow. */
export interface MemoryType {
  readonly pages: number;
  readonly maximum?: number;
  readonly shared?: boolean;
  /** Whether addresses have 64 bits. */
  readonly is64?: boolean;
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A WebAssembly module while it is being written. What it imports it finds under "unroll". */
export class ModuleBuilder {
  readonly #memory: MemoryType;
  readonly #imports: { readonly name: string; readonly callee: Callee }[] = [];
  readonly #globals: string[] = [];
  readonly #functions: { readonly body: FunctionBuilder; readonly callee: Callee }[] = [];
  readonly #exports: { readonly name: string; readonly callee: Callee }[] = [];
  readonly #shared = new Map<string, Callee>();

  constructor(memory: MemoryType) {
    this.#memory = memory;
  }

  /** A function of JavaScript. */
  import(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): Callee {
    const known = this.#imports.find((imported) => imported.name === name);
    if (known) return known.callee;
    const callee: Callee = { kind: "function", parameters, results };
    this.#imports.push({ name, callee });
    return callee;
  }

  /** The value of an i32 that every instance is given. */
  global(name: string): Code {
    const known = this.#globals.indexOf(name);
    return [getGlobal, unsigned(known >= 0 ? known : this.#globals.push(name) - 1)];
  }

  function(
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    build: (f: FunctionBuilder) => void,
  ): Callee {
    const body = new FunctionBuilder(parameters);
    build(body);
    const callee: Callee = { kind: "function", parameters, results };
    this.#functions.push({ body, callee });
    return callee;
  }

  /** The function that was made under this key, or a new one: code that several functions call is there once. */
  shared(key: string, make: () => Callee): Callee {
    const callee = this.#shared.get(key) ?? make();
    this.#shared.set(key, callee);
    return callee;
  }

  export(name: string, callee: Callee): void {
    this.#exports.push({ name, callee });
  }

  encode(): Uint8Array<ArrayBuffer> {
    const callees = [...this.#imports, ...this.#functions].map(({ callee }) => callee);
    const indices = new Map(callees.map((callee, index) => [callee, index]));
    const indexOf = (callee: Callee): number => indices.get(callee)!;
    const types: string[] = [];
    const typeOf = (callee: Signature): number => {
      const key = signatureBytes(callee).join();
      return types.includes(key) ? types.indexOf(key) : types.push(key) - 1;
    };
    const imports = this.#imports.map(({ name, callee }) => [
      ...importName(name),
      kinds.function,
      ...unsigned(typeOf(callee)),
    ]);
    const globals = this.#globals.map((name) => [
      ...importName(name),
      kinds.global,
      typeBytes.i32,
      immutable,
    ]);
    const memory = [...importName("memory"), kinds.memory, ...limits(this.#memory)];
    const functions = this.#functions.map(({ callee }) => unsigned(typeOf(callee)));
    const exports = this.#exports.map(({ name, callee }) => [
      ...text(name),
      kinds.function,
      ...unsigned(indexOf(callee)),
    ]);
    const bodies = this.#functions.map(({ body }) => bodyBytes(body, indexOf));
    const signatures = types.map((key) => key.split(",").map(Number));
    return new Uint8Array([
      ...header,
      ...section(sections.type, signatures),
      ...section(sections.import, [...imports, ...globals, memory]),
      ...section(sections.function, functions),
      ...section(sections.export, exports),
      ...section(sections.code, bodies),
    ]);
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

const text = (s: string): number[] => {
  const bytes = [...new TextEncoder().encode(s)];
  return [...unsigned(bytes.length), ...bytes];
};

const importName = (name: string): number[] => [...text("unroll"), ...text(name)];

const types = (list: readonly ValueType[]): number[] => vector(list.map((type) => [typeBytes[type]]));

const signatureBytes = ({ parameters, results }: Signature): number[] => [
  functionType,
  ...types(parameters),
  ...types(results),
];

function limits({ pages, maximum, shared = false, is64 = false }: MemoryType): number[] {
  const flags = (maximum === undefined ? 0 : 1) | (shared ? 2 : 0) | (is64 ? 4 : 0);
  return [flags, ...unsigned(pages), ...(maximum === undefined ? [] : unsigned(maximum))];
}

function bodyBytes(body: FunctionBuilder, indexOf: (callee: Callee) => number): number[] {
  const variables = runs(body.variables).map(([count, type]) => [...unsigned(count), typeBytes[type]]);
  const bytes = vector(variables);
  write([body.code, end] satisfies Code, bytes, indexOf);
  return [...unsigned(bytes.length), ...bytes];
}

/** Neighbours of one type, counted. */
function runs(list: readonly ValueType[]): (readonly [count: number, type: ValueType])[] {
  const counted: (readonly [number, ValueType])[] = [];
  for (const type of list) {
    const last = counted.at(-1);
    if (last?.[1] === type) counted[counted.length - 1] = [last[0] + 1, type];
    else counted.push([1, type]);
  }
  return counted;
}
