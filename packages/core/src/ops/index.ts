export { add, div, mul, neg, rsqrt, sqrt, square, sub } from "./arithmetic.ts";
export { broadcastTo } from "./broadcast.ts";
export { full } from "./full.ts";
