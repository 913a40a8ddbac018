import { Functions } from "../src/print/functions.ts";
import { kernelFunction } from "../src/print/kernel.ts";
import { prelude } from "../src/print/prelude.ts";
import { vectorPrelude } from "../src/print/vectors.ts";
import { writeFileSync } from "node:fs";
const target = { vector: 64, registers: 32, fused: true } as const;
const f = new Functions(target);
const [M, K, N] = [50, 512, 2048];
const kernel = { form: "contract", dtypes: ["f32", "f32", "f32"], batch: [], m: [{ size: M, strides: [K, 0, N] }],
  n: [{ size: N / 32, strides: [0, K * 32, 32] }, { size: 32, strides: [0, 1, 1] }], k: [{ size: K, strides: [1, 32, 0] }], init: "zero" } as const;
const at = { form: "contract", dtypes: ["f32", "f32", "f32"], batch: [], m: [{ size: 512, strides: [1, 0, 2048] }],
  n: [{ size: 2048, strides: [0, 1, 1] }], k: [{ size: 2500, strides: [512, 2048, 0] }], init: "zero" } as const;
const a = kernelFunction(f, kernel, kernel), b = kernelFunction(f, at, at);
writeFileSync("/tmp/nat/kern.c", `${prelude(target)}${vectorPrelude(target, ["f32"])}\n${f}
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static double now(){struct timespec t;clock_gettime(CLOCK_PROCESS_CPUTIME_ID,&t);return t.tv_sec+1e-9*t.tv_nsec;}
int main(){f32*A=aligned_alloc(64,4*2500*2048),*B=aligned_alloc(64,4*2500*2048),*C=aligned_alloc(64,4*2048*2048);void*S=aligned_alloc(64,1<<21);
for(int i=0;i<2500*2048;i++)A[i]=B[i]=0.5f;
for(int r=0;r<4;r++){double t=now();for(int i=0;i<20;i++)${a}(A,B,C,S);t=now()-t;printf("direct %.1f\\n",20*2.0*${M}*${K}*${N}/t*1e-9);
 t=now();for(int i=0;i<2;i++)${b}(A,B,C,S);t=now()-t;printf("atb %.1f\\n",2*2.0*512*2500*2048/t*1e-9);}}
`);
