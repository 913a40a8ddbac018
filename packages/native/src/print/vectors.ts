import { byteSize } from "@unroll/core/engine";
import type { DType } from "@unroll/core";
import type { Target } from "./target.ts";

/** Elements of contractions. */
export type Factor = "f32" | "f64" | "i32";

/** The type of so many elements side by side; of one, the element itself. */
export const vectorName = (dtype: Factor, lanes: number): string =>
  lanes === 1 ? dtype : `${dtype}x${lanes}`;

/**
 * Types of vectors and what is done to them, for all numbers of lanes that are a power of two.
 *
 * A vector that lies anywhere is read through a type that is aligned like its elements. A multiply-add that rounds once
 * is an instruction that compilers know by names of their own; where no name is known, it is written lane by lane,
 * which compilers recognise, and take ten times as long over.
 */
export const vectorPrelude = (target: Target, dtypes: readonly Factor[]): string =>
  dtypes
    .flatMap((dtype) => {
      const widths: string[] = [single(dtype)];
      for (let lanes = 2; lanes <= target.vector / byteSize(dtype); lanes *= 2)
        widths.push(vector(dtype, lanes, target));
      return widths;
    })
    .join("\n");

const single = (t: Factor): string => `
INLINE ${t} ${t}_load(const ${t} *p) { return *p; }
INLINE void ${t}_store(${t} *p, ${t} x) { *p = x; }
INLINE ${t} ${t}_all(${t} x) { return x; }
${t === "i32" ? "INLINE i32 i32_fma(i32 x, i32 y, i32 z) { return i32_add(i32_multiply(x, y), z); }" : ""}`;

function vector(t: Factor, lanes: number, target: Target): string {
  const v = vectorName(t, lanes);
  const size = lanes * byteSize(t);
  return `
typedef ${t} ${v} __attribute__((vector_size(${size})));
typedef ${t} ${v}_anywhere __attribute__((vector_size(${size}), aligned(${byteSize(t)}), may_alias));
INLINE ${v} ${v}_load(const ${t} *p) { return *(const ${v}_anywhere *)p; }
INLINE void ${v}_store(${t} *p, ${v} x) { *(${v}_anywhere *)p = x; }
INLINE ${v} ${v}_all(${t} x) { return x - (${v}){0}; }
${multiplyAdd(t, v, lanes, target)}`;
}

function multiplyAdd(t: Factor, v: string, lanes: number, { fused }: Target): string {
  const head = `INLINE ${v} ${v}_fma(${v} x, ${v} y, ${v} z)`;
  if (t === "i32") {
    const u = `u${v}`;
    return `typedef u32 ${u} __attribute__((vector_size(${4 * lanes})));
${head} { return (${v})((${u})x * (${u})y + (${u})z); }`;
  }
  if (!fused) return `${head} { return x * y + z; }`;
  const byLane = `${head} {
  ${v} r;
  for (i32 l = 0; l < ${lanes}; l++) r[l] = ${t}_fma(x[l], y[l], z[l]);
  return r;
}`;
  const known = knownName(t, lanes * byteSize(t));
  if (known === undefined) return byLane;
  return `#if defined(__x86_64__) && !defined(__clang__)
${head} { return (${v})${known}; }
#elif defined(ELEMENTWISE_FMA)
${head} { return __builtin_elementwise_fma(x, y, z); }
#else
${byLane}
#endif`;
}

/** What gcc calls the instruction of x64. */
function knownName(t: DType, bytes: number): string | undefined {
  const p = t === "f32" ? "ps" : "pd";
  if (bytes === 64) return `__builtin_ia32_vfmadd${p}512_mask(x, y, z, -1, 4)`;
  if (bytes === 32) return `__builtin_ia32_vfmadd${p}256(x, y, z)`;
  return bytes === 16 ? `__builtin_ia32_vfmadd${p}(x, y, z)` : undefined;
}
