import { dependents, input, nodesOf } from "../graph/graph.ts";
import { insideBodies, mark, type Cotangents, type Node, type Value } from "../graph/node.ts";
import { dependentsThatVary, pull } from "../autodiff/pullback.ts";
import { add } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/full.ts";
import { applyScan, listOf, partsOf, type Parts, type ScanAttrs } from "./layout.ts";

/**
 * Backpropagation through time: the body's own pullback, scanned the other way.
 *
 *     forward                                   backward
 *     s[t], x[t] --body--> s[t+1], y[t]         ds[t+1], dy[t], residuals[t] --pullback--> ds[t], dx[t]
 *                                                                     and for captured w:  dw += dw[t]
 *
 * 1. Differentiate the body once, with the ordinary pullback.
 * 2. Whatever of the forward body that uses is a residual.
 * 3. Scan forward again, emitting the residuals that nobody emitted yet.
 * 4. Scan backwards, carrying the cotangents of the state and the sums of those of the captured values.
 */
export function scanVjp(node: Node<ScanAttrs>, dys: Cotangents, wanted: readonly boolean[]): Cotangents {
  return insideBodies(() => {
    const derivative = differentiate(node, dys, wanted);
    const residuals = residualsOf(node, derivative);
    const rows = saveResiduals(node, residuals.perStep);
    return scanBackwards(node, dys, derivative, residuals, rows);
  });
}

/** One step of the way back, on the values of the forward body. */
interface Derivative {
  /** Cotangents that come in: per carry and per emitted value, undefined where none ever does. */
  readonly dNext: Cotangents;
  readonly dEmitted: Cotangents;
  /** Cotangents that go out: per body input, undefined where none is wanted or nothing flows. */
  readonly dIn: Parts<Value | undefined>;
  /** Which carries have a cotangent in both directions. */
  readonly carried: readonly number[];
  /** Nodes of the derivative have ids of at least this. */
  readonly start: number;
}

function differentiate(node: Node<ScanAttrs>, dys: Cotangents, wanted: readonly boolean[]): Derivative {
  const { body, carries } = node.attrs;
  const varying = varyingInputs(
    node.attrs,
    body.inputs.filter((_, i) => wanted[i]),
  );
  const active = dependentsThatVary(nodesOf(body), [...varying]);
  const live = liveCarries(node.attrs, dys, varying);
  const start = mark();
  const placeholder = (y: Value, flows: boolean): Value | undefined =>
    flows ? input(y.type, y.label && `d${y.label}`) : undefined;
  const dNext = body.outputs.slice(0, carries).map((y, i) => placeholder(y, live.has(i)));
  const dEmitted = body.outputs
    .slice(carries)
    .map((y, i) => placeholder(y, active.has(y) && dys[carries + i] !== undefined));
  const sources = body.inputs.filter((x) => varying.has(x));
  const found = pull(body.outputs, [...dNext, ...dEmitted], sources, body.inputs);
  const dIn = new Map(sources.map((x, i) => [x, found[i]]));
  return {
    dNext,
    dEmitted,
    dIn: partsOf(
      node.attrs,
      body.inputs.map((x) => dIn.get(x)),
    ),
    carried: [...live].sort((a, b) => a - b),
    start,
  };
}

/**
 * Body inputs whose value depends on something wanted: a carry does as soon as the step mixes something that does into
 * it.
 */
function varyingInputs({ body, carries }: ScanAttrs, wanted: readonly Value[]): ReadonlySet<Value> {
  const nodes = nodesOf(body);
  const varying = new Set(wanted);
  for (;;) {
    const active = dependentsThatVary(nodes, [...varying]);
    const found = body.inputs
      .slice(0, carries)
      .filter((x, i) => !varying.has(x) && active.has(body.outputs[i]!));
    if (found.length === 0) return varying;
    for (const x of found) varying.add(x);
  }
}

/**
 * Varying carries whose new value has a cotangent: from outside, or because a later step passes one back through it.
 */
function liveCarries(
  { body, carries }: ScanAttrs,
  dys: Cotangents,
  varying: ReadonlySet<Value>,
): ReadonlySet<number> {
  const nodes = nodesOf(body);
  const candidates = body.inputs
    .slice(0, carries)
    .flatMap((x, i) => (varying.has(x) ? [{ i, reached: dependents(nodes, [x]) }] : []));
  const live = new Set<number>();
  const flows = (k: number): boolean => (k < carries ? live.has(k) : dys[k] !== undefined);
  for (;;) {
    const found = candidates.filter(
      ({ i, reached }) =>
        !live.has(i) && (dys[i] !== undefined || body.outputs.some((y, k) => flows(k) && reached.has(y))),
    );
    if (found.length === 0) return live;
    for (const { i } of found) live.add(i);
  }
}

/** What the derivative needs from elsewhere. */
interface Residuals {
  /** Values of the forward body that differ from step to step, and are no sequence already. */
  readonly perStep: readonly Value[];
  /** Sequences of the forward scan that are read again, by position. */
  readonly sequences: readonly number[];
  /** Values from outside of the body. */
  readonly captured: readonly Value[];
}

function residualsOf(node: Node<ScanAttrs>, { dNext, dEmitted, dIn, start }: Derivative): Residuals {
  const { body } = node.attrs;
  const forward = partsOf(node.attrs, body.inputs);
  const inBody = nodesOf(body);
  const changing = dependents(inBody, [...forward.carries, ...forward.sequences]);
  const own = new Set(inBody);
  const given = new Set([...dNext, ...dEmitted]);
  const captures = new Set(forward.captured);
  const perStep = new Set<Value>();
  const captured = new Set<Value>();
  const seen = new Set<Value>();
  const stack = listOf(dIn).filter((dx) => dx !== undefined);
  for (let x = stack.pop(); x; x = stack.pop()) {
    if (seen.has(x) || given.has(x)) continue;
    seen.add(x);
    if (changing.has(x)) perStep.add(x);
    else if (captures.has(x)) captured.add(x);
    // What the body makes of captured values alone is made again; so is what the derivative makes.
    else if (x.node.id >= start || own.has(x.node)) stack.push(...x.node.inputs);
    else captured.add(x);
  }
  const isSequence = new Set(forward.sequences);
  return {
    perStep: [...perStep]
      .filter((x) => !isSequence.has(x))
      .sort((a, b) => a.node.id - b.node.id || a.index - b.index),
    sequences: forward.sequences.map((_, i) => i).filter((i) => perStep.has(forward.sequences[i]!)),
    captured: [...captured].sort((a, b) => a.node.id - b.node.id || a.index - b.index),
  };
}

/** The residuals of all steps, one row per step; a forward scan that emits those which nobody emits yet. */
function saveResiduals(node: Node<ScanAttrs>, perStep: readonly Value[]): readonly Value[] {
  const { attrs } = node;
  const emitted = attrs.body.outputs.slice(attrs.carries);
  const missing = perStep.filter((x) => !emitted.includes(x));
  if (missing.length === 0) return perStep.map((x) => node.outputs[attrs.carries + emitted.indexOf(x)]!);
  const body = {
    inputs: partsOf(attrs, attrs.body.inputs),
    next: attrs.body.outputs.slice(0, attrs.carries),
    emitted: [...emitted, ...missing],
  };
  const saved = applyScan(node.op, body, partsOf(attrs, node.inputs), attrs).emitted;
  return perStep.map((x) => saved[body.emitted.indexOf(x)]!);
}

function scanBackwards(
  node: Node<ScanAttrs>,
  dys: Cotangents,
  derivative: Derivative,
  residuals: Residuals,
  rows: readonly Value[],
): Cotangents {
  const { attrs } = node;
  const { dNext, dEmitted, dIn, carried } = derivative;
  const forward = partsOf(attrs, attrs.body.inputs);
  const given = partsOf(attrs, node.inputs);
  const emitted = dEmitted.map((_, i) => i).filter((i) => dEmitted[i]);
  const summed = forward.captured.map((_, i) => i).filter((i) => dIn.captured[i]);
  const sums = summed.map((i) => input(forward.captured[i]!.type));
  const sequences = dIn.sequences.map((_, i) => i).filter((i) => dIn.sequences[i]);
  const actual = (x: Value): Value => given.captured[forward.captured.indexOf(x)] ?? x;
  const back = applyScan(
    node.op,
    {
      inputs: {
        carries: [...carried.map((i) => dNext[i]!), ...sums],
        sequences: [
          ...emitted.map((i) => dEmitted[i]!),
          ...residuals.perStep,
          ...residuals.sequences.map((i) => forward.sequences[i]!),
        ],
        captured: residuals.captured,
      },
      next: [
        ...carried.map((i) => dIn.carries[i] ?? zerosLike(forward.carries[i]!)),
        ...summed.map((i, k) => add(sums[k]!, dIn.captured[i]!)),
      ],
      emitted: sequences.map((i) => dIn.sequences[i]!),
    },
    {
      carries: [
        ...carried.map((i) => dys[i] ?? zerosLike(given.carries[i]!)),
        ...summed.map((i) => zerosLike(given.captured[i]!)),
      ],
      sequences: [
        ...emitted.map((i) => dys[attrs.carries + i]!),
        ...rows,
        ...residuals.sequences.map((i) => given.sequences[i]!),
      ],
      captured: residuals.captured.map(actual),
    },
    { length: attrs.length, reverse: !attrs.reverse },
  );
  const pick = (chosen: readonly number[], values: readonly Value[], i: number): Value | undefined =>
    values[chosen.indexOf(i)];
  return listOf<Value | undefined>({
    carries: given.carries.map((_, i) => pick(carried, back.last, i)),
    sequences: given.sequences.map((_, i) => pick(sequences, back.emitted, i)),
    captured: given.captured.map((_, i) => pick(summed, back.last.slice(carried.length), i)),
  });
}
