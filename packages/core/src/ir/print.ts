import type { Program } from "./program.ts"; export const printProgram = (p: Program): string => String(p.statements.length);
