import { unary, type Unary } from "./form.ts";

export const promote: Unary = unary(0xbb);
