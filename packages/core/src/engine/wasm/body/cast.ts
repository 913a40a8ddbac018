import type { DType } from "../../../tensor/type.ts";
import type { Code } from "../encode/code.ts";
import * as f32x4 from "../encode/opcodes/f32x4.ts";
import * as f64x2 from "../encode/opcodes/f64x2.ts";
import * as i32x4 from "../encode/opcodes/i32x4.ts";
import * as v128 from "../encode/opcodes/v128.ts";
import { narrowMask, splat, widenMask, type Site } from "./site.ts";

type Conversion = (x: Code, site: Site) => Code;

const same: Conversion = (x) => x;

/** How lanes of one dtype become lanes of another. */
const conversions: Readonly<Record<DType, Readonly<Record<DType, Conversion>>>> = {
  f32: {
    f32: same,
    f64: f64x2.promote_low_f32x4,
    i32: i32x4.trunc_sat_f32x4_s,
    bool: (x, site) => f32x4.ne(x, splat(site.emission, "f32", 0)),
  },
  f64: {
    f32: f32x4.demote_f64x2_zero,
    f64: same,
    i32: i32x4.trunc_sat_f64x2_s_zero,
    bool: (x, site) => narrowMask(f64x2.ne(x, splat(site.emission, "f64", 0))),
  },
  i32: {
    f32: f32x4.convert_i32x4_s,
    f64: f64x2.convert_low_i32x4_s,
    i32: same,
    bool: (x, site) => i32x4.ne(x, splat(site.emission, "i32", 0)),
  },
  bool: {
    f32: (x, site) => v128.and(x, splat(site.emission, "f32", 1)),
    f64: (x, site) => v128.and(widenMask(x), splat(site.emission, "f64", 1)),
    i32: i32x4.neg,
    bool: same,
  },
};

export const cast = (site: Site, from: DType, to: DType, x: Code): Code => conversions[from][to](x, site);
