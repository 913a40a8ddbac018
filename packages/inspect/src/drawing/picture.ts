/** A graph as it is drawn: vertices in nested boxes, and edges between vertices. Plain data, which a page can carry. */
export interface Picture {
  readonly vertices: readonly Vertex[];
  readonly edges: readonly Edge[];
  readonly boxes: readonly Box[];
  /** Words above the picture. */
  readonly caption?: string | undefined;
  /** The vertex that failed: it is never hidden in a folded box. */
  readonly failed?: string | undefined;
}

/** What a vertex stands for. `carry` and `sequence` are the state and the row that a step of a scan is given. */
export type Kind = "parameter" | "input" | "carry" | "sequence" | "constant" | "op" | "output";

export interface Vertex {
  readonly id: string;
  readonly kind: Kind;
  /** The innermost box that it lies in. */
  readonly box: string | undefined;
  /** What the picture calls it: its labels, or its op. */
  readonly title: string;
  readonly op: string;
  /** The op's attributes as they are printed: `axis=1`. */
  readonly shown: string | undefined;
  /** A line for each output: `f32[32, 128]`. */
  readonly types: readonly string[];
  /** `model.ts:12`, when sources were captured. */
  readonly source: string | undefined;
  /** Whether a derivative has made it. */
  readonly pass: "forward" | "backward";
  /** What it is the derivative of. */
  readonly backwardOf: string | undefined;
  /** The id under which reports speak of its node. */
  readonly node: number | undefined;
  /** Attributes of Graphviz, beside those of its kind. */
  readonly attributes: Attributes;
}

/**
 * How a value gets from one vertex to the next: as it is, as the rows of a sequence, as the state that a step hands to
 * the next one, stacked from all steps, or from the last one.
 */
export type Way = "data" | "rows" | "carried" | "stacked" | "last";

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly way: Way;
  /** Which output of the first vertex it is, where there are several. */
  readonly output: number | undefined;
  readonly type: string;
}

/** A scan with its body inside, what belongs to a label path, or an expression of a large graph. */
export interface Box {
  readonly id: string;
  readonly kind: "scan" | "label" | "inputs" | "expression";
  /** The id under which reports speak of the scan's node. */
  readonly node: number | undefined;
  /** The box around it. */
  readonly parent: string | undefined;
  readonly title: string;
  readonly attributes: Attributes;
}

/** By their names in Graphviz: `{ fillcolor: "gold" }`. */
export type Attributes = Readonly<Record<string, string>>;
