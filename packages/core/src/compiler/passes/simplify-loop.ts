import type { Graph } from "../../graph/graph.ts";
import type { Node, Value } from "../../graph/node.ts";
import { broadcastTo } from "../../ops/broadcast.ts";
import { full } from "../../ops/full.ts";
import { reshape } from "../../ops/reshape.ts";
import { bodyOf, closeLoop, mapLoop, openLoop, type Carry, type Given, type Loop } from "./loop.ts";
import { fillOf } from "./scalar-form.ts";

/** What simplify knows and does elsewhere. */
interface Simplifying {
  /** The number that a value outside of the loop is filled with. */
  readonly fill: (x: Value) => number | undefined;
  /** What becomes of the values of a body when some of its inputs are known. */
  readonly inBody: (body: Graph, given: ReadonlyMap<Value, Value>) => (x: Value) => Value;
}

/**
 * A scan without what is the same at every step, and no scan at all for a single step.
 *
 *     a fill that is captured, or run along          -> a fill in the body
 *     a carry that starts as a fill and stays it     -> a fill in the body
 *     a carry that the step gives back as it was     -> captured
 *     an emitted fill, captured value or sequence    -> itself, outside
 *     a scan of one step                             -> its body
 */
export function simplifyLoop(
  node: Node,
  inputs: readonly Value[],
  { fill, inBody }: Simplifying,
): readonly Value[] | undefined {
  const opened = openLoop(node, inputs)!;
  if (opened.node.attrs.length === 1) return onlyStep(opened, inBody);
  const given = new Map<Value, Value>();
  const isFill = ({ inner, outer }: Given): boolean => {
    const value = fill(outer);
    if (value !== undefined) given.set(inner, full(value, inner.type));
    return value !== undefined;
  };
  let loop: Loop = {
    ...opened,
    sequences: opened.sequences.filter((each) => !isFill(each)),
    captured: opened.captured.filter((each) => !isFill(each)),
  };
  for (;;) {
    const now = inBody(bodyOf(loop), given);
    const still = loop.carries.filter(
      (carry) => now(carry.next) === carry.inner || staysFill(carry, now, fill),
    );
    if (still.length === 0) return finish(opened, loop, now, given);
    loop = {
      ...loop,
      carries: loop.carries.filter((carry) => !still.includes(carry)),
      captured: [...loop.captured, ...still.filter((carry) => !isFill(carry))],
    };
  }
}

function staysFill({ outer, next }: Carry, now: (x: Value) => Value, fill: Simplifying["fill"]): boolean {
  const value = fill(outer);
  return value !== undefined && Object.is(fillOf(now(next).node), value);
}

/** The outputs of a loop of one step, made outside of it. */
function onlyStep(loop: Loop, inBody: Simplifying["inBody"]): readonly Value[] {
  const { carries, sequences, captured, emitted } = loop;
  const given = new Map([...carries, ...captured].map(({ inner, outer }) => [inner, outer]));
  for (const { inner, outer } of sequences) given.set(inner, reshape(outer, inner.shape));
  const now = inBody(bodyOf(loop), given);
  return [...carries.map(({ next }) => now(next)), ...emitted.map((y) => reshape(now(y), [1, ...y.shape]))];
}

/** The outputs of the opened loop, by what is left of it. */
function finish(
  opened: Loop,
  loop: Loop,
  now: (x: Value) => Value,
  given: ReadonlyMap<Value, Value>,
): readonly Value[] | undefined {
  const outside = new Map<Value, Value>();
  const emit = (value: Value): Value | undefined => outside.get(value) ?? emittedOutside(value, loop);
  for (const y of opened.emitted) {
    const value = emit(now(y));
    if (value) outside.set(now(y), value);
  }
  const isOld = given.size === 0 && loop.carries.length === opened.carries.length && outside.size === 0;
  if (isOld && bodyOf(loop).outputs.every((y) => now(y) === y)) return undefined;
  const mapped = mapLoop(loop, now);
  const rest = { ...mapped, emitted: mapped.emitted.filter((y) => !outside.has(y)) };
  const isLeft = rest.carries.length + rest.emitted.length > 0;
  const results = isLeft ? closeLoop(rest) : undefined;
  const isCarried = ({ inner }: Carry): boolean => loop.carries.some((carry) => carry.inner === inner);
  return [
    ...opened.carries.map((carry) => (isCarried(carry) ? results!.last(carry.inner) : carry.outer)),
    ...opened.emitted.map((y) => outside.get(now(y)) ?? results!.rows(now(y))),
  ];
}

/** All steps of an emitted value, when they can be had without running any. */
function emittedOutside(value: Value, { node, sequences, captured }: Loop): Value | undefined {
  const sequence = sequences.find(({ inner }) => inner === value);
  if (sequence) return sequence.outer;
  const shape = [node.attrs.length, ...value.shape];
  const same = captured.find(({ inner }) => inner === value);
  if (same) return broadcastTo(same.outer, shape);
  const number = fillOf(value.node);
  return number === undefined ? undefined : full(number, { dtype: value.type.dtype, shape });
}
