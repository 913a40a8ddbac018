import type { Target } from "./target.ts";

/**
 * What all programs are written with. No header is included: reading one takes longer than compiling a kernel.
 *
 * Nothing here is left to the compiler by the language: sums of integers are unsigned and so wrap, shifts stay below
 * 32, quotients are kept from 0 and from -1, casts of floats saturate before they are made, and bits are copied, not
 * cast.
 */
export const prelude = ({ fused }: Target): string => `
typedef float f32;
typedef double f64;
typedef int i32;
typedef unsigned u32;
typedef long long i64;
typedef unsigned long long u64;
#define INLINE static inline __attribute__((always_inline))
#define KERNEL static __attribute__((noinline))
#define COPY(to, from) __builtin_memcpy(&(to), &(from), sizeof(to))
#define INDEPENDENT _Pragma("omp simd")
#ifdef __clang__
#if __has_builtin(__builtin_elementwise_fma)
#define ELEMENTWISE_FMA
#endif
#endif

INLINE i32 i32_negate(i32 x) { return (i32)(0u - (u32)x); }
INLINE i32 i32_abs(i32 x) { return x < 0 ? i32_negate(x) : x; }
INLINE i32 i32_add(i32 x, i32 y) { return (i32)((u32)x + (u32)y); }
INLINE i32 i32_subtract(i32 x, i32 y) { return (i32)((u32)x - (u32)y); }
INLINE i32 i32_multiply(i32 x, i32 y) { return (i32)((u32)x * (u32)y); }
INLINE i32 i32_divide(i32 x, i32 y) {
  i32 d = y == 0 || y == -1 ? 1 : y;
  return y == 0 ? 0 : y == -1 ? i32_negate(x) : x / d;
}
INLINE i32 i32_remainder(i32 x, i32 y) {
  i32 d = y == 0 || y == -1 ? 1 : y;
  return y == 0 || y == -1 ? 0 : x % d;
}
INLINE i32 i32_min(i32 x, i32 y) { return x < y ? x : y; }
INLINE i32 i32_max(i32 x, i32 y) { return x > y ? x : y; }
INLINE i32 i32_shiftLeft(i32 x, i32 y) { return (i32)((u32)x << ((u32)y & 31u)); }
INLINE i32 i32_shiftRight(i32 x, i32 y) { return x >> ((u32)y & 31u); }
INLINE i32 i32_shiftRightUnsigned(i32 x, i32 y) { return (i32)((u32)x >> ((u32)y & 31u)); }
INLINE i32 i32_multiplyHighUnsigned(i32 x, i32 y) { return (i32)(u32)(((u64)(u32)x * (u64)(u32)y) >> 32); }
${float("f32", "f", "u32", "i32", { digits: 23, bias: 127 }, fused)}
${float("f64", "", "u64", "i64", { digits: 52, bias: 1023 }, fused)}`;

interface Format {
  readonly digits: number;
  readonly bias: number;
}

/** A float is m 2^n: below the sign it holds n plus the bias, then the digits of m. */
const float = (
  t: string,
  f: string,
  bits: string,
  int: string,
  { digits, bias }: Format,
  fused: boolean,
): string => `
INLINE ${bits} ${t}_bits(${t} x) { ${bits} u; COPY(u, x); return u; }
INLINE ${t} ${t}_of(${bits} u) { ${t} x; COPY(x, u); return x; }
INLINE ${t} ${t}_negate(${t} x) { return -x; }
INLINE ${t} ${t}_abs(${t} x) { return __builtin_fabs${f}(x); }
INLINE ${t} ${t}_sqrt(${t} x) { return __builtin_sqrt${f}(x); }
INLINE ${t} ${t}_floor(${t} x) { return __builtin_floor${f}(x); }
INLINE ${t} ${t}_nearest(${t} x) { return __builtin_rint${f}(x); }
INLINE ${t} ${t}_add(${t} x, ${t} y) { return x + y; }
INLINE ${t} ${t}_subtract(${t} x, ${t} y) { return x - y; }
INLINE ${t} ${t}_multiply(${t} x, ${t} y) { return x * y; }
INLINE ${t} ${t}_divide(${t} x, ${t} y) { return x / y; }
INLINE ${t} ${t}_min(${t} x, ${t} y) {
  ${t} least = x == y ? ${t}_of(${t}_bits(x) | ${t}_bits(y)) : y;
  return x < y || x != x ? x : least;
}
INLINE ${t} ${t}_max(${t} x, ${t} y) {
  ${t} most = x == y ? ${t}_of(${t}_bits(x) & ${t}_bits(y)) : y;
  return x > y || x != x ? x : most;
}
INLINE ${t} ${t}_least(${t} x, ${t} c) { return c < x ? c : x; }
INLINE ${t} ${t}_most(${t} x, ${t} c) { return c > x ? c : x; }
INLINE ${t} ${t}_fma(${t} x, ${t} y, ${t} z) { return ${fused ? `__builtin_fma${f}(x, y, z)` : "x * y + z"}; }
INLINE i32 ${t}_exponent(${t} x) { return (i32)((${t}_bits(x) >> ${digits}) & ${2 * bias + 1}) - ${bias}; }
INLINE ${t} ${t}_scale(${t} x, i32 n) { return x * ${t}_of((${bits})((${bits})(${int})n + ${bias}u) << ${digits}); }
INLINE i32 ${t}_small(${t} x) {
  ${t} room = 1.5${f} * (${t})(${bits})(1${bits === "u64" ? "ull" : "u"} << ${digits});
  return (i32)(u32)(${t}_bits(x + room) - ${t}_bits(room));
}
INLINE i32 ${t}_i32(${t} x) {
  i32 inside = x >= -2147483648.0${f} && x < 2147483648.0${f};
  i32 whole = (i32)(inside ? x : (${t})0);
  return inside ? whole : x > 0 ? 2147483647 : x < 0 ? -2147483647 - 1 : 0;
}`;
