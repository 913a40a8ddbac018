/** The pictures of docs/seeing-inside.md, by name. Graphs are the same whoever draws them; times are measured. */
import {
  add,
  compile,
  gradient,
  label,
  log,
  mapTree,
  matmul,
  mean,
  mul,
  scan,
  square,
  stateful,
  sub,
  tanh,
  tensor,
  trace,
} from "@unroll/core";
import type { Graph, Node, Tensors, Value } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import {
  draw,
  drawFlameChart,
  drawFlowThroughTime,
  drawHistograms,
  drawPasses,
  gradientFlow,
} from "@unroll/inspect";

interface Params {
  readonly wx: Value;
  readonly wh: Value;
}

const wave = (size: number, pace: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(pace * (i + 1)));
const params: Tensors<Params> = {
  wx: tensor(wave(6, 1.7), { shape: [2, 3] }),
  wh: tensor(wave(9, 2.3), { shape: [3, 3] }),
};
const start = tensor(new Float32Array(12), { shape: [4, 3] });
const xs = tensor(wave(40 * 8, 0.37), { shape: [40, 4, 2] });

/** The network of the page. */
function loss(params: Params, h: Value, xs: Value): Value {
  const step = (h: Value, x: Value): [Value, undefined] => {
    const { next } = label({ next: tanh(add(matmul(x, params.wx), matmul(h, params.wh))) });
    return [next, undefined];
  };
  return mean(square(scan(step, h, xs)[0]));
}

const gradients = (params: Params, h: Value, xs: Value): Params => gradient(loss(params, h, xs), params);

/** What `drawTo` draws: the logarithm of a negative number, inside of a scan. */
function failure(): string {
  let svg = "";
  const onError = (error: Error, graph: Graph, failed: Node | undefined): void => {
    svg = draw(graph, { failed, caption: `${error.name}: ${error.message}` }).svg;
  };
  const f = (w: Value, h: Value, xs: Value): Value =>
    scan((h: Value, x: Value) => [log(sub(matmul(h, w), x)), undefined], h, xs)[0];
  const run = compile(f, { checks: "finite", onError });
  try {
    run(tensor([[1]]), tensor([[9]]), tensor([[[1]], [[5]]]));
  } catch {
    run.dispose();
  }
  return svg;
}

function passes(): Readonly<Record<string, () => string>> {
  const before = drawPasses(trace(gradients, params, start, xs)).find(({ name }) => name === "mergeScans")!;
  return { "merge-before": () => before.before.svg, "merge-after": () => before.after.svg };
}

function profile(): string {
  const descend = (p: Params, x: { readonly h: Value; readonly xs: Value }) =>
    [mapTree((w, dw) => sub(w, mul(0.1, dw)), p, gradients(p, x.h, x.xs)), undefined] as const;
  const trainer = stateful(descend, params, { engine: wasm() });
  const svg = drawFlameChart(trainer.profile({ h: start, xs }));
  trainer.dispose();
  return svg;
}

const flow = gradientFlow(loss);

/** Pictures that come out the same on every machine. */
export const graphs: Readonly<Record<string, () => string>> = {
  forward: () => draw(trace(loss, params, start, xs)).svg,
  backward: () => draw(trace(gradients, params, start, xs)).svg,
  failure,
  ...passes(),
};

/** Pictures of numbers. */
export const measurements: Readonly<Record<string, () => string>> = {
  flow: () => drawFlowThroughTime(flow(params, start, xs)),
  histograms: () => drawHistograms(flow(params, start, xs)),
  profile,
};
