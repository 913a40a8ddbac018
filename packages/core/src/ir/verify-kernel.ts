import { dimensionsOfKernel, writeCount, type Kernel } from "./kernel.ts";
import { dtypesOf, illegal, referencesOf, type Body, type Instruction } from "./instruction.ts";
import { isFloat, type DType } from "../tensor/type.ts";

/** What is wrong with a kernel, by itself. */
export function kernelFaults(kernel: Kernel): string[] {
  const { dtypes } = kernel;
  const dimensions = dimensionsOfKernel(kernel);
  const uneven = dimensions.filter(({ strides }) => strides.length !== dtypes.length);
  if (uneven.length > 0)
    return [`a dimension has ${uneven[0]!.strides.length} strides for ${dtypes.length} operands`];
  const empty = dimensions.some(({ size }) => size < 1) ? ["a dimension has size 0"] : [];
  return [...empty, ...formFaults(kernel)];
}

function formFaults(kernel: Kernel): string[] {
  const { dtypes } = kernel;
  const reads = dtypes.length - writeCount(kernel);
  switch (kernel.form) {
    case "map":
      return bodyFaults(
        kernel.body,
        { dtypes, reads, dimensions: kernel.dimensions.length, accumulators: [] },
        kernel.writes,
      );
    case "reduce": {
      const { kept, reduced, body, epilogue, writes } = kernel;
      const around = { dtypes, reads, dimensions: kept.length + reduced.length, accumulators: [] };
      const faults = bodyFaults(body, around);
      if (faults.length > 0) return faults;
      const values = dtypesOf(body, dtypes);
      const accumulated = kernel.accumulators.map(({ combine, of }) => ({ combine, dtype: values[of] }));
      const unfit = accumulated.flatMap(({ combine, dtype }) =>
        dtype === undefined ? ["an accumulator takes no value"] : combineFaults(combine, dtype),
      );
      if (unfit.length > 0) return unfit;
      const accumulators = accumulated.map(({ combine, dtype }) =>
        combine.startsWith("arg") ? "i32" : dtype!,
      );
      return bodyFaults(epilogue, { dtypes, reads, dimensions: kept.length, accumulators }, writes);
    }
    case "contract": {
      const count = kernel.init === "zero" ? 3 : 4;
      if (dtypes.length !== count) return [`a contraction has ${count} operands, not ${dtypes.length}`];
      const odd = dtypes.find((dtype) => dtype !== dtypes[0] || dtype === "bool");
      return odd ? [`a contraction is of one dtype that has products, not of ${dtypes.join(", ")}`] : [];
    }
    case "scatterAdd": {
      const [source, index, out] = dtypes;
      const fits = dtypes.length === 3 && index === "i32" && source === out && source !== "bool";
      return fits
        ? []
        : [`scatterAdd takes a source, i32 indices and an output like the source, not ${dtypes.join(", ")}`];
    }
  }
}

function combineFaults(combine: string, dtype: DType): string[] {
  const bits = combine === "and" || combine === "or";
  const fits = bits ? !isFloat(dtype) : dtype !== "bool" || combine === "min" || combine === "max";
  return fits ? [] : [`${combine} is not defined on ${dtype}`];
}

/** What a body may refer to. */
interface Around {
  readonly dtypes: readonly DType[];
  /** So many operands are read, the others written. */
  readonly reads: number;
  readonly dimensions: number;
  readonly accumulators: readonly DType[];
}

function bodyFaults(body: Body, around: Around, writes: readonly number[] = []): string[] {
  const early = body.flatMap((i, at) =>
    referencesOf(i)
      .filter((x) => x < 0 || x >= at)
      .map((x) => `instruction ${at}, ${i.op}, takes ${x}, which comes later`),
  );
  const outside = body.flatMap((i, at) =>
    referenceFaults(i, around).map((fault) => `instruction ${at}, ${i.op}, ${fault}`),
  );
  if (early.length + outside.length > 0) return [...early, ...outside];
  const values = dtypesOf(body, around.dtypes, around.accumulators);
  const wrong = body.flatMap((i, at) => dtypeFaults(i, values).map((fault) => `instruction ${at}: ${fault}`));
  const unfit = writes.flatMap((at, i) => {
    const wanted = around.dtypes[around.reads + i];
    return values[at] === wanted ? [] : [`write ${i} is ${wanted}, and its value ${values[at] ?? "missing"}`];
  });
  return [...wrong, ...unfit];
}

function referenceFaults(i: Instruction, { reads, dimensions, accumulators }: Around): string[] {
  if ((i.op === "read" || i.op === "readAt") && i.operand >= reads)
    return [`takes operand ${i.operand} of ${reads} reads`];
  if (i.op === "index" && i.dimension >= dimensions)
    return [`takes dimension ${i.dimension} of ${dimensions}`];
  if (i.op === "accumulator" && i.which >= accumulators.length)
    return [`takes accumulator ${i.which} of ${accumulators.length}`];
  return [];
}

function dtypeFaults(i: Instruction, values: readonly DType[]): string[] {
  const wants = (at: number, dtype: DType): string[] =>
    values[at] === dtype ? [] : [`${i.op} takes ${dtype}, not ${values[at]}`];
  if (i.op === "readAt") return wants(i.index, "i32");
  if (!("x" in i) || i.op === "cast") return [];
  const dtype = values[i.x]!;
  const reason = illegal(i.op, dtype);
  if (reason) return [reason];
  if (i.op === "scale") return wants(i.n, "i32");
  if (i.op === "select") return [...wants(i.when, "bool"), ...wants(i.y, dtype)];
  return [...("y" in i ? wants(i.y, dtype) : []), ...("z" in i ? wants(i.z, dtype) : [])];
}
