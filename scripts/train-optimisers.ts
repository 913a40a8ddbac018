/** One small recurrent network, and every optimiser's way down its loss. */
import {
  compile,
  gradient,
  mean,
  ravel,
  square,
  stateful,
  sub,
  type Tensors,
  type Value,
  type Values,
} from "@unroll/core";
import { addingProblem } from "@unroll/data";
import { init, initialState, linear, lstm, paramsOf, unroll } from "@unroll/layers";
import * as optim from "@unroll/optim";
import type { Memory, Objective, Transform } from "@unroll/optim";

const model = { rnn: lstm(2, 6), out: linear(6, 1) };
const spec = paramsOf(model);
type Params = Values<typeof spec>;
interface Batch {
  readonly x: Value;
  readonly y: Value;
}

const batch = 32;
const evaluations = 300;
const problem = addingProblem({ length: 8, batch, seed: 1 });
/** The same sequences at every step, so that the curves are those of the methods and not of the data. */
const data = problem.at(0);
const start = init(spec, 1);

const outputs = (p: Params, x: Value): Value => {
  const state = initialState(model.rnn.state, { batch, dtype: "f32" });
  const [{ h }] = unroll(model.rnn, p.rnn, state, x);
  return model.out.apply(p.out, h);
};
const loss = (p: Params, { x, y }: Batch): Value => mean(square(sub(outputs(p, x), y)));

/** What came of a method. */
export interface Trained {
  readonly name: string;
  readonly group: string;
  readonly setting: string;
  /** The lowest so far after each evaluation, or each step. */
  readonly losses: readonly number[];
  readonly evaluations: number;
}

type Make = (rate: number) => Transform;

const { adam, sgd } = optim;
const firstOrder: readonly (readonly [group: string, name: string, make: Make])[] = [
  ["descent", "sgd", (r) => sgd({ learningRate: r })],
  ["descent", "sgd, momentum", (r) => sgd({ learningRate: r, momentum: 0.9 })],
  ["descent", "sgd, Nesterov", (r) => sgd({ learningRate: r, momentum: 0.9, nesterov: true })],
  ["descent", "asgd", (r) => optim.asgd({ learningRate: r })],
  ["descent", "rprop", (r) => optim.rprop({ stepSize: r })],
  ["descent", "lion", (r) => optim.lion({ learningRate: r })],
  ["scaled by past gradients", "adagrad", (r) => optim.adagrad({ learningRate: r })],
  ["scaled by past gradients", "adadelta", (r) => optim.adadelta({ learningRate: r })],
  ["scaled by past gradients", "rmsprop", (r) => optim.rmsprop({ learningRate: r })],
  ["scaled by past gradients", "rmsprop, centred", (r) => optim.rmsprop({ learningRate: r, centred: true })],
  ["scaled by past gradients", "adafactor", (r) => optim.adafactor({ learningRate: r })],
  ["Adam and after", "adam", (r) => adam({ learningRate: r })],
  ["Adam and after", "amsgrad", (r) => adam({ learningRate: r, amsgrad: true })],
  ["Adam and after", "adamw", (r) => optim.adamw({ learningRate: r })],
  ["Adam and after", "adamax", (r) => optim.adamax({ learningRate: r })],
  ["Adam and after", "nadam", (r) => optim.nadam({ learningRate: r })],
  ["Adam and after", "radam", (r) => optim.radam({ learningRate: r })],
  ["Adam and after", "lamb", (r) => optim.lamb({ learningRate: r })],
  ["Adam and after", "lookahead(adam)", (r) => optim.lookahead(adam({ learningRate: r }))],
];

const rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1];

function descend(optimizer: Transform): number[] {
  const step = ({ params, memory }: { params: Params; memory: Memory }, given: Batch) => {
    const now = loss(params, given);
    const [updates, next] = optimizer.update(gradient(now, params), memory, params);
    return [{ params: optim.applyUpdates(params, updates), memory: next }, { now }] as const;
  };
  const trainer = stateful(step, { params: start, memory: optimizer.init(start) });
  const found = Array.from({ length: evaluations }, () => trainer.step(data).now.data[0]!);
  trainer.dispose();
  return found;
}

const lowestSoFar = (losses: readonly number[]): number[] => {
  let lowest = Infinity;
  return losses.map((one) => (lowest = Math.min(lowest, one)));
};

function wholeVector(): readonly (readonly [
  name: string,
  setting: string,
  run: (f: Objective) => unknown,
])[] {
  const product = compile((p: Params, v: Params, x: Value) => {
    const z = outputs(p, x);
    return optim.gaussNewtonProduct(mean(square(z)), z, p, v);
  });
  const { vector, unravel } = ravel<Tensors<Params>>(start);
  const gaussNewton = (x: Float64Array, v: Float64Array): Float64Array =>
    ravel(product(unravel(x), unravel(v), data.x)).vector;
  const iterations = evaluations;
  const value = (f: Objective) => (x: Float64Array) => f(x).f;
  const limits = { lower: vector.map((n) => n - 1), upper: vector.map((n) => n + 1) };
  return [
    ["lbfgs", "strong Wolfe", (f) => optim.lbfgs(f, vector, { iterations, evaluations, changeTolerance: 0 })],
    [
      "conj. gradient, PR",
      "Polak-Ribiere",
      (f) => optim.conjugateGradient(f, vector, { iterations, evaluations }),
    ],
    [
      "conj. gradient, HS",
      "Hestenes-Stiefel",
      (f) => optim.conjugateGradient(f, vector, { iterations, evaluations, direction: "hestenesStiefel" }),
    ],
    [
      "hessianFree",
      "damping 1",
      (f) => optim.hessianFree(f, gaussNewton, vector, { iterations, evaluations }),
    ],
    [
      "fista",
      "no penalty",
      (f) => optim.fista(f, optim.l1(0), vector, { iterations, tolerance: 0, restart: true }),
    ],
    ["ista", "no penalty", (f) => optim.ista(f, optim.l1(0), vector, { iterations, tolerance: 0 })],
    ["cmaEs", "sigma 0.3", (f) => optim.cmaEs(value(f), vector, { sigma: 0.3, evaluations })],
    [
      "differentialEvolution",
      "30 points",
      (f) => optim.differentialEvolution(value(f), { ...limits, population: 30, base: "best", evaluations }),
    ],
  ];
}

/** Every method; first-order ones at the rate of `rates` that leads lowest. */
export function trainAll(report: (name: string, best: number) => void): readonly Trained[] {
  const first = firstOrder.map(([group, name, make]): Trained => {
    const runs = rates.map((rate) => ({ rate, losses: lowestSoFar(descend(make(rate))) }));
    const best = runs.reduce((a, b) => (b.losses.at(-1)! < a.losses.at(-1)! ? b : a));
    report(name, best.losses.at(-1)!);
    return { name, group, setting: String(best.rate), losses: best.losses, evaluations };
  });
  const backward = compile((p: Params, given: Batch) => {
    const now = loss(p, given);
    return { loss: now, grads: gradient(now, p) };
  });
  const { objective } = optim.overTree((p: Tensors<Params>) => backward(p, data), start);
  const second = wholeVector().map(([name, setting, run]): Trained => {
    const seen: number[] = [];
    run((x) => {
      const point = objective(x);
      seen.push(point.f);
      return point;
    });
    const losses = lowestSoFar(seen.slice(0, evaluations));
    report(name, losses.at(-1)!);
    return { name, group: "whole vector", setting, losses, evaluations: losses.length };
  });
  return [...first, ...second];
}
