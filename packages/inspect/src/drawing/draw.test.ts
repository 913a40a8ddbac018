import {
  add,
  gradient,
  graph,
  input,
  label,
  matmul,
  mul,
  nodesOf,
  scan,
  sum,
  tanh,
  tensor,
  trace,
  type Value,
} from "@unroll/core";
import { expect, test } from "vitest";
import { batch, gradients, loss, params } from "../../test/models.ts";
import { draw, type Picture, type Vertex } from "../index.ts";

const titled = ({ vertices }: Picture, title: string): readonly Vertex[] =>
  vertices.filter((vertex) => vertex.title === title);
const one = (picture: Picture, title: string): Vertex => {
  const found = titled(picture, title);
  expect(found).toHaveLength(1);
  return found[0]!;
};
/** Edges as words: what they lead from, how, and where. */
const edgesOf = ({ vertices, edges }: Picture): readonly string[] => {
  const title = (id: string): string => vertices.find((vertex) => vertex.id === id)!.title;
  return edges.map(({ from, way, to }) => `${title(from)} ${way} ${title(to)}`).sort();
};

const last = (params: { w: Value }, h: Value, xs: Value): Value =>
  scan((h: Value, x: Value) => [label({ h: tanh(add(x, matmul(h, params.w))) }).h, h], h, xs)[0];
const args = [
  {
    w: tensor([
      [1, 0],
      [0, 1],
    ]),
  },
  tensor([[1, 2]]),
  tensor([[[1, 2]], [[3, 4]]]),
] as const;

test("a scan is a box with its body inside: rows and state come in, and the state goes on to the next step", () => {
  const { picture } = draw(trace(last, ...args));
  expect(picture.boxes.map(({ kind, title }) => [kind, title])).toEqual([
    ["inputs", "params"],
    ["scan", "scan over 2 steps"],
  ]);
  expect(edgesOf(picture)).toEqual([
    "add data h",
    "h carried h",
    "h data h",
    "h data matmul",
    "h last output",
    "matmul data add",
    "params.w data matmul",
    "xs data add",
    "xs rows xs",
  ]);
  const [scanBox] = picture.boxes.filter(({ kind }) => kind === "scan");
  const inside = picture.vertices.filter(({ box }) => box === scanBox!.id);
  expect(inside.map(({ kind, title }) => `${kind} ${title}`).sort()).toEqual([
    "carry h",
    "op add",
    "op h",
    "op matmul",
    "sequence xs",
  ]);
});

test("parameters, inputs, outputs, constants and derivatives are told apart", () => {
  const { picture } = draw(
    trace(
      (params: { w: Value }, x: Value) => gradient(sum(mul(params.w, tanh(x))), params),
      { w: tensor([1]) },
      tensor([2]),
    ),
  );
  expect(one(picture, "params.w").kind).toBe("parameter");
  expect(one(picture, "x").kind).toBe("input");
  expect(one(picture, "w").kind).toBe("output");
  const colour = (vertex: Vertex): string => vertex.attributes["fillcolor"]!;
  const colours = ["params.w", "x", "w", "tanh"].map((title) => colour(one(picture, title)));
  const derivative = picture.vertices.find(({ kind, backwardOf }) => kind === "op" && backwardOf === "mul")!;
  expect(new Set([...colours, colour(derivative)]).size).toBe(5);
});

test("which inputs are parameters can be said", () => {
  const x = input({ dtype: "f32", shape: [2] }, "theta");
  const { picture } = draw(graph([x], [tanh(x)]), { isParameter: (path) => path === "theta" });
  expect(one(picture, "theta").kind).toBe("parameter");
});

test("the text is one for Graphviz, the picture an SVG document, and labels, types and attributes are in both", () => {
  const { dot, svg } = draw(trace(last, ...args), { attributes: { h: { fillcolor: "#123456" } } });
  expect(dot).toMatch(/^digraph \{/);
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
  for (const word of ["params.w", "matmul", "f32[2, 2]", "#123456", "scan over 2 steps"]) {
    expect(dot).toContain(word);
    expect(svg).toContain(word);
  }
  expect(dot).toContain("mk,kn-&gt;mn");
  expect(svg).toContain("mk,kn&#45;&gt;mn");
  // The names of Graphviz's clusters are what makes them boxes.
  expect(svg.match(/class="cluster"/g)).toHaveLength(1);
  expect(svg).not.toContain("NaN");
});

test("every node of a graph is a vertex, those of bodies included, and edges lead from vertex to vertex", () => {
  const { picture, svg } = draw(trace(gradients, params, batch));
  const ids = new Set(picture.vertices.map(({ id }) => id));
  expect(ids.size).toBe(picture.vertices.length);
  expect(picture.edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
  expect(svg.match(/class="node"/g)).toHaveLength(picture.vertices.length);
  expect(svg.match(/class="edge"/g)).toHaveLength(picture.edges.length);
});

const grouped = (x: Value): Value => {
  const { encoder } = label({ encoder: { h: tanh(mul(2, x)) } });
  return label({ decoder: { y: tanh(mul(3, encoder.h)) } }).decoder.y;
};

test("labels with a path put a value in a box, with all that only serves it", () => {
  const { picture } = draw(trace(grouped, tensor([1, 2])));
  const box = (title: string): string => picture.boxes.find((one) => one.title === title)!.id;
  const inside = (title: string): readonly string[] =>
    picture.vertices
      .filter((vertex) => vertex.box === box(title))
      .map((vertex) => vertex.title)
      .sort();
  expect(inside("encoder")).toEqual(["encoder.h", "full", "mul"]);
  expect(inside("decoder")).toEqual(["decoder.y", "full", "mul"]);
});

test("a folded box is one vertex, with the edges of what is inside", () => {
  const { dot } = draw(trace(grouped, tensor([1, 2])), { fold: ["encoder"] });
  expect(dot).toContain("<b>encoder</b>");
  expect(dot).toContain("3 nodes");
  expect(dot).not.toContain("encoder.h");
  expect(dot).toContain("decoder.y");
  const [first] = /"b0" -> "(v\d+)"/.exec(dot)!.slice(1);
  expect(dot).toContain(`"${first}" [label=<<b>mul</b>`);
  const scans = draw(trace(last, ...args), { fold: ["scan"] }).dot;
  expect(scans).not.toContain("matmul");
});

test("a large graph is folded from the innermost out until it can be read", () => {
  const deep = (x: Value): Value =>
    Array.from({ length: 40 }).reduce<Value>(
      (h, _, i) => Object.values(label({ [`block${i}`]: { h: tanh(add(mul(h, h), mul(2, h))) } }))[0]!.h,
      x,
    );
  const { dot, picture } = draw(trace(deep, tensor([1])));
  expect(picture.vertices.length).toBeGreaterThan(180);
  const drawn = dot.match(/^ +"\w+" \[/gm)!.length;
  expect(drawn).toBeLessThanOrEqual(180);
  expect(drawn).toBeGreaterThan(100);
});

test("of a large graph without labels, unnamed values are folded into the node that uses them", () => {
  // Each turn is two expressions of three nodes and more: (2 h) (3 h) with its constants, and tanh, which both use.
  const long = (x: Value): Value =>
    Array.from({ length: 40 }).reduce<Value>((h) => tanh(mul(mul(2, h), mul(3, h))), x);
  const { dot, picture } = draw(trace(long, tensor([1])));
  const expressions = picture.boxes.filter(({ kind }) => kind === "expression");
  expect(expressions).toHaveLength(40);
  // The whole of a turn ends in the tanh, which two others use.
  for (const { id } of expressions)
    expect(
      picture.vertices
        .filter(({ box }) => box === id)
        .map(({ title }) => title)
        .sort(),
    ).toEqual(["full", "full", "mul", "mul", "mul", "tanh"]);
  expect(dot.match(/^ +"\w+" \[/gm)!.length).toBeLessThanOrEqual(180);
  expect(draw(trace(long, tensor([1])), { fold: [] }).dot).toContain("<b>mul</b>");
});

test("what failed is never folded away", () => {
  const long = (x: Value): Value =>
    Array.from({ length: 40 }).reduce<Value>((h) => tanh(mul(mul(2, h), mul(3, h))), x);
  const closed = trace(long, tensor([1]));
  const failed = nodesOf(closed).find(({ op, id }) => op.name === "mul" && id > closed.inputs[0]!.node.id)!;
  const { dot, picture } = draw(closed, { failed });
  expect(dot).toContain(`"${picture.failed}" [label=<<b>mul</b>`);
});

test("a failing node is red, and its message above the picture", () => {
  const closed = trace(loss, params, batch);
  const failed = closed.outputs[0]!.node;
  const { picture, dot } = draw(closed, { failed, caption: "mean: it is <wrong>" });
  expect(picture.vertices.find(({ id }) => id === picture.failed)!.title).toBe("mean");
  expect(dot.match(/fillcolor="#e5383b"/g)).toHaveLength(1);
  expect(dot).toContain("mean: it is &lt;wrong&gt;");
});
