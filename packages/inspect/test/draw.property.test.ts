import { countNodes, gradient, nodesOf, type Graph } from "@unroll/core";
import { draw, type Picture } from "@unroll/inspect";
import { arbitraryGraph } from "@unroll/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Scans of a graph and of the bodies inside of it, with the ends of their bodies. */
function scansOf(graph: Graph): { readonly scans: number; readonly ports: number } {
  return nodesOf(graph)
    .flatMap(({ op, attrs }) =>
      (op.bodies?.(attrs) ?? []).map((body) => ({
        body,
        attrs: attrs as { carries: number; sequences: number },
      })),
    )
    .map(({ body, attrs }) => ({ own: attrs.carries + attrs.sequences, inner: scansOf(body) }))
    .reduce(
      (sum, { own, inner }) => ({ scans: sum.scans + 1 + inner.scans, ports: sum.ports + own + inner.ports }),
      { scans: 0, ports: 0 },
    );
}

function isInScan({ boxes }: Pick<Picture, "boxes">, id: string | undefined): boolean {
  const box = boxes.find((one) => one.id === id);
  return box !== undefined && (box.kind === "scan" || isInScan({ boxes }, box.parent));
}

test("every graph has a picture: a vertex for each node, end and port, a box for each scan, and edges between them", () => {
  fc.assert(
    fc.property(arbitraryGraph({ maxSteps: 5 }), fc.boolean(), ({ graph: forward }, isBackward) => {
      const [loss] = forward.outputs;
      const outputs = isBackward ? gradient(loss!, forward.inputs, { allowUnused: true }) : [loss!];
      const graph: Graph = { inputs: forward.inputs, outputs };
      const drawing = draw(graph, { fold: [] });
      const { picture } = drawing;
      const { scans, ports } = scansOf(graph);
      expect(picture.boxes.filter(({ kind }) => kind === "scan")).toHaveLength(scans);
      expect(picture.vertices).toHaveLength(
        countNodes(graph) - scans + ports + graph.inputs.length + graph.outputs.length,
      );
      const ids = new Set(picture.vertices.map(({ id }) => id));
      for (const { from, to } of picture.edges) expect(ids.has(from) && ids.has(to)).toBe(true);
      // Drawing takes long where there is much.
      if (picture.vertices.length < 60)
        expect(drawing.svg.match(/class="node"/g) ?? []).toHaveLength(picture.vertices.length);
      const folded = draw(graph, { fold: ["scan"] });
      for (const vertex of picture.vertices)
        expect(folded.dot.includes(`"${vertex.id}" [`)).toBe(!isInScan(picture, vertex.box));
    }),
  );
});
