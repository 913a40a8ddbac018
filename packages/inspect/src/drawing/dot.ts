import type { Attributes, Box, Edge, Picture, Vertex } from "./picture.ts";

// These functions also run inside of the pages that drawings are written to, as text: they use nothing but each other.

/**
 * A picture in the language of Graphviz. Boxes with an id in `folded` are drawn as one vertex.
 */
export function dotOf(picture: Picture, folded: ReadonlySet<string>, direction: "TB" | "LR"): string {
  const parents = new Map(picture.boxes.map(({ id, parent }) => [id, parent]));
  const shownAs = new Map(
    picture.vertices.map(({ id, box }) => [id, outermostFolded(box, parents, folded) ?? id]),
  );
  const edges = visibleEdges(picture.edges, shownAs);
  const drawn = new Set<string>();
  return [
    "digraph {",
    `  graph [rankdir=${direction}, fontname="Helvetica", fontsize=10, fontcolor="#5a6577", nodesep=0.22, ranksep=0.32, pad=0.15]`,
    ...captionLines(picture.caption),
    '  node [fontname="Helvetica", fontsize=11, margin="0.16,0.05", height=0.3, width=0.3]',
    '  edge [fontname="Helvetica", fontsize=8, fontcolor="#5a6577", color="#6b7686", arrowsize=0.6, labeldistance=1.3]',
    ...linesInside(undefined, picture, folded, "  "),
    ...edges.map((edge) => {
      const key = `${edge.from} ${edge.to} ${edge.way}`;
      const isRepeated = drawn.has(key);
      drawn.add(key);
      return `  ${edgeLine(edge, isRepeated)}`;
    }),
    "}",
  ].join("\n");
}

/** Lines of a message above the picture, in red. */
export function captionLines(caption: string | undefined): readonly string[] {
  if (caption === undefined) return [];
  // Readers have wider fonts than Graphviz thinks.
  const rows = caption
    .split("\n")
    .flatMap((line) => line.match(/.{1,60}(?:\s|$)|\S+/g) ?? [])
    .map((line) => `${escapeMarkup(line.trim())}${"&#160;".repeat(12)}<br align="left"/>`);
  return [
    `  graph [label=<<font color="#9d0208" point-size="11">${rows.join("")}</font>>, labelloc=t, labeljust=l]`,
  ];
}

/** The box that hides what lies in `box`, if one does. */
export function outermostFolded(
  box: string | undefined,
  parents: ReadonlyMap<string, string | undefined>,
  folded: ReadonlySet<string>,
): string | undefined {
  let hiding: string | undefined;
  for (let around = box; around !== undefined; around = parents.get(around))
    if (folded.has(around)) hiding = around;
  return hiding;
}

/** Edges between what is to be seen, each once. What happens inside of a folded box is not. */
export function visibleEdges(edges: readonly Edge[], shownAs: ReadonlyMap<string, string>): readonly Edge[] {
  const seen = new Set<string>();
  return edges.flatMap((edge) => {
    const [from, to] = [shownAs.get(edge.from)!, shownAs.get(edge.to)!];
    const isFolded = from !== edge.from || to !== edge.to;
    const key = `${from} ${to} ${edge.way}`;
    if (isFolded && (from === to || seen.has(key))) return [];
    if (isFolded) seen.add(key);
    return [{ ...edge, from, to, ...(from !== edge.from && { output: undefined }) }];
  });
}

/** The vertices and boxes that lie directly in a box, or in none. */
export function linesInside(
  around: string | undefined,
  picture: Picture,
  folded: ReadonlySet<string>,
  indent: string,
): readonly string[] {
  const vertices = picture.vertices.filter(({ box }) => box === around);
  const boxes = picture.boxes.filter(({ parent }) => parent === around);
  return [
    ...vertices.map((vertex) => indent + vertexLine(vertex)),
    ...boxes.flatMap((box) => {
      if (folded.has(box.id)) return [indent + foldedLine(box, picture)];
      const lines = linesInside(box.id, picture, folded, `${indent}  `);
      // Inputs lie best where they are used, and expressions are seen: they are no box unless they are folded.
      if (box.kind === "inputs" || box.kind === "expression") return lines;
      const head = attributeList({
        id: box.id,
        label: box.title,
        tooltip: box.title,
        labeljust: "l",
        ...box.attributes,
      });
      return [`${indent}subgraph "cluster_${box.id}" {`, `${indent}  graph ${head}`, ...lines, `${indent}}`];
    }),
  ];
}

export function vertexLine(vertex: Vertex): string {
  const { id, kind, title, op, shown, types, attributes } = vertex;
  const isNode = kind === "op" || kind === "constant";
  const second = [...(isNode && title !== op ? [op] : []), ...(shown ? [shown] : [])].join(" ");
  const head =
    kind === "constant"
      ? [escapeMarkup(`${title} ${second}`.trimEnd())]
      : [`<b>${escapeMarkup(title)}</b>`, ...(second ? [escapeMarkup(second)] : [])];
  const role = (kind === "carry" || kind === "sequence") && title !== op ? `${op} ` : "";
  const small = `<font point-size="8" color="${attributes["fontcolor"] ?? "#5a6577"}">`;
  const rows = [...head, `${small}${role}${shortTypes(types).map(escapeMarkup).join("<br/>")}</font>`];
  const markup = types.length === 0 ? rows.slice(0, -1) : rows;
  const list = attributeList({ id, tooltip: tooltipOf(vertex), ...attributes });
  return `"${id}" [label=<${markup.join("<br/>")}>, ${list.slice(1)}`;
}

/** Outputs of one type are one line: `4 x f32[32, 128]`. */
export function shortTypes(types: readonly string[]): readonly string[] {
  const isUniform = types.length > 1 && types.every((type) => type === types[0]);
  return isUniform ? [`${types.length} x ${types[0]!}`] : types;
}

export function tooltipOf({ kind, title, op, shown, types, source, backwardOf }: Vertex): string {
  const applied = shown ? `${op} ${shown}` : op;
  const named = kind === "op" || kind === "constant" ? `${title} = ${applied}` : `${op} ${title}`;
  const notes = [
    title === op ? applied : named,
    types.join(", "),
    backwardOf ? `backward of ${backwardOf}` : "",
    source ?? "",
  ];
  return notes.filter((note) => note !== "").join("\n");
}

/** A box as one vertex, with what is inside in words. */
export function foldedLine(box: Box, picture: Picture): string {
  const parents = new Map(picture.boxes.map(({ id, parent }) => [id, parent]));
  const only = new Set([box.id]);
  const count = picture.vertices.filter((vertex) => outermostFolded(vertex.box, parents, only)).length;
  const what = box.kind === "inputs" ? "inputs" : "nodes";
  const label = `<<b>${escapeMarkup(box.title)}</b><br/><font point-size="8" color="#5a6577">${count} ${what}</font>>`;
  const { fillcolor = "#ffffff", color = "#8a93a3", penwidth = "1" } = box.attributes;
  const tooltip = `${box.title}: ${count} ${what}`;
  const list = attributeList({
    id: box.id,
    tooltip,
    shape: box.kind === "expression" ? "component" : "box3d",
    style: "filled",
    fillcolor,
    color,
    penwidth,
  });
  return `"${box.id}" [label=${label}, ${list.slice(1)}`;
}

/** Of several edges between the same two, the first one is labelled. */
export function edgeLine({ from, to, way, output, type }: Edge, isRepeated: boolean): string {
  const looks: Record<Edge["way"], Attributes> = {
    data: {},
    rows: { color: "#3f78b5:#dcebfa:#3f78b5" },
    // Against the flow: it says nothing about what stands above what.
    carried: { color: "#2b8a78", style: "dashed", penwidth: "1.6", constraint: "false" },
    stacked: { color: "#6b7686:#ffffff:#6b7686", label: "all steps" },
    last: { label: "last step" },
  };
  const words = {
    data: "",
    rows: "row by row: ",
    carried: "to the next step: ",
    stacked: "of all steps: ",
    last: "of the last step: ",
  };
  const taken = output === undefined ? {} : { taillabel: String(output) };
  const list = attributeList({
    ...looks[way],
    ...(isRepeated && { label: "" }),
    ...taken,
    tooltip: `${words[way]}${type}`,
  });
  return `"${from}" -> "${to}" ${list}`;
}

export function attributeList(attributes: Attributes): string {
  const quoted = Object.entries(attributes).map(([name, value]) => `${name}=${quote(value)}`);
  return `[${quoted.join(", ")}]`;
}

/**
 * Rows of text in the middle of their vertices, and titles at the left side of their boxes. Graphviz puts them where
 * they begin or have their middle in its own font; in that of the reader they are longer or shorter.
 */
export function placeText(svg: string): string {
  return svg.replaceAll(/<g [^>]*class="(node|cluster)">[^]*?<\/g>\n<\/g>/g, (group, kind: string) => {
    const shape = / (?:points|d)="M?([^"Z]+)"/.exec(group)?.[1] ?? "";
    const xs = shape.split(/[\sC]+/).map((point) => Number(point.split(",")[0]));
    if (kind === "cluster") {
      const left = Math.min(...xs) + 8;
      return group.replaceAll(/text-anchor="middle" x="[^"]*"/g, `text-anchor="start" x="${left}"`);
    }
    const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
    return group.replaceAll(/text-anchor="start" x="[^"]*"/g, `text-anchor="middle" x="${middle}"`);
  });
}

export function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
