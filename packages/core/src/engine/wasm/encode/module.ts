import { Bytes } from "./bytes.ts";
import { unsigned, type Callee, type Code, type Signature, type ValueType } from "./code.ts";
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
    const types = new Types();
    const imports = [
      ...this.#imports.map(({ name, callee }): Code => [
        importName(name),
        kinds.function,
        types.indexOf(callee),
      ]),
      ...this.#globals.map((name): Code => [importName(name), kinds.global, typeBytes.i32, immutable]),
      [importName("memory"), kinds.memory, limits(this.#memory)],
    ];
    const functions = this.#functions.map(({ callee }) => types.indexOf(callee));
    const exports = this.#exports.map(({ name, callee }): Code => [
      text(name),
      kinds.function,
      unsigned(indices.get(callee)!),
    ]);
    const bytes = new Bytes();
    bytes.write(header);
    writeSection(bytes, sections.type, types.all);
    writeSection(bytes, sections.import, imports);
    writeSection(bytes, sections.function, functions);
    writeSection(bytes, sections.export, exports);
    const bodies = new Bytes();
    bodies.write(unsigned(this.#functions.length));
    for (const { body } of this.#functions) bodies.writeSized(bodyBytes(body, indices));
    bytes.write(sections.code);
    bytes.writeSized(bodies);
    return bytes.all;
  }
}

/** The signatures of a module, each once. */
class Types {
  readonly #indices = new Map<string, number>();
  readonly #all: Code[] = [];

  indexOf({ parameters, results }: Signature): Code {
    const key = `${parameters.join()} ${results.join()}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return unsigned(known);
    this.#indices.set(key, this.#all.length);
    return unsigned(this.#all.push([functionType, typeList(parameters), typeList(results)]) - 1);
  }

  get all(): readonly Code[] {
    return this.#all;
  }
}

const list = (items: readonly Code[]): Code => [unsigned(items.length), items];

const typeList = (types: readonly ValueType[]): Code => list(types.map((type) => typeBytes[type]));

function writeSection(bytes: Bytes, id: number, items: readonly Code[]): void {
  const content = new Bytes();
  content.write(list(items));
  bytes.write(id);
  bytes.writeSized(content);
}

const text = (s: string): Code => list([...new TextEncoder().encode(s)]);

const importName = (name: string): Code => [text("unroll"), text(name)];

function limits({ pages, maximum, shared = false, is64 = false }: MemoryType): Code {
  const flags = (maximum === undefined ? 0 : 1) | (shared ? 2 : 0) | (is64 ? 4 : 0);
  return [flags, unsigned(pages), maximum === undefined ? [] : unsigned(maximum)];
}

function bodyBytes(body: FunctionBuilder, indices: ReadonlyMap<Callee, number>): Bytes {
  const bytes = new Bytes();
  bytes.write(list(runs(body.variables).map(([count, type]) => [unsigned(count), typeBytes[type]])));
  bytes.write(body.code, indices);
  bytes.write(end);
  return bytes;
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
