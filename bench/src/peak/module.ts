/**
 * A WebAssembly module whose one function only multiplies and adds: what the hardware gives to whoever does
 * nothing else, 128 bits at a time. It is written by hand, byte by byte, so that no engine is measured by its
 * own yardstick.
 */

const lanes = 4;

/** Enough to hide the latency of a multiplication and an addition, and few enough for 16 registers. */
const chains = 12;

/** Of the loop in one call: engines compile a function anew between two calls, not during one. */
const turns = 4096;

export const flopsPerCall = turns * chains * lanes * 2;

type Code = readonly number[];

/** A number below 8192, as LEB128 writes it, with or without a sign. */
const leb = (n: number): Code => (n < 64 ? [n] : [(n & 0x7f) | 0x80, n >> 7]);

const sized = (bytes: Code): Code => [...leb(bytes.length), ...bytes];
const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)];
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const i32Const = (n: number): Code => [0x41, ...leb(n)];
const f32Const = (x: number): Code => [0x43, ...new Uint8Array(Float32Array.of(x).buffer)];
const vector = (opcode: number): Code => [0xfd, ...leb(opcode)];

const [i32, v128] = [0x7f, 0x7b];
const [splat, extractLane, add, multiply, relaxedMadd] = [0x13, 0x1f, 0xe4, 0xe6, 0x105];

/** Locals: the counter, half, one, and the chains. */
const [counter, half, one, firstChain] = [0, 1, 2, 3];

/** chain = chain / 2 + 1, which stays at 2: no denormals and no infinities. */
function turnOf(chain: number, relaxed: boolean): Code {
  const operands = [...get(chain), ...get(half)];
  const code = relaxed
    ? [...operands, ...get(one), ...vector(relaxedMadd)]
    : [...operands, ...vector(multiply), ...get(one), ...vector(add)];
  return [...code, ...set(chain)];
}

function body(relaxed: boolean): Code {
  const all = Array.from({ length: chains }, (_, i) => firstChain + i);
  const spread = (x: number, local: number): Code => [...f32Const(x), ...vector(splat), ...set(local)];
  return [
    [2, 1, i32, 2 + chains, v128], // two groups of locals
    i32Const(turns),
    set(counter),
    spread(0.5, half),
    spread(1, one),
    [0x03, 0x40], // loop
    ...all.map((chain) => turnOf(chain, relaxed)),
    [...get(counter), ...i32Const(1), 0x6b, 0x22, counter], // i32.sub, local.tee
    [0x0d, 0x00, 0x0b], // br_if 0, end
    // The result depends on every chain, so none may be left out.
    ...all.map((chain, i) => [...get(chain), ...(i > 0 ? vector(add) : [])]),
    [...vector(extractLane), 0],
    [0x0b], // end
  ].flat();
}

const name = Array.from("run", (letter) => letter.charCodeAt(0));

/** Exports `run: () -> f32`. */
export const moduleBytes = (relaxed: boolean): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
      section(1, [1, 0x60, 0, 1, 0x7d]), // types: () -> f32
      section(3, [1, 0]), // functions
      section(7, [1, ...sized(name), 0, 0]), // exports
      section(10, [1, ...sized(body(relaxed))]), // code
    ].flat(),
  );
