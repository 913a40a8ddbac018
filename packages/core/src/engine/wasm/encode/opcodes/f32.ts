import { unary, type Unary } from "./form.ts";

export const demote: Unary = unary(0xb6);
