import type { Edge, Picture, Vertex } from "../drawing/picture.ts";

/**
 * The shortest way from a vertex to one that is looked for, both included, against the flow of values or with it. What
 * a step hands to the next one is part of a way. Undefined: there is none.
 */
export function shortestPath(
  { vertices, edges }: Picture,
  start: string,
  direction: "against" | "along",
  isGoal: (vertex: Vertex) => boolean,
): readonly Vertex[] | undefined {
  const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
  const [from, to]: readonly ("from" | "to")[] = direction === "along" ? ["from", "to"] : ["to", "from"];
  const next = Map.groupBy<string, Edge>(edges, (edge) => edge[from!]);
  const before = new Map<string, string | undefined>([[start, undefined]]);
  // Entries of a Map are visited in the order in which they come, also those that come meanwhile.
  for (const id of before.keys()) {
    if (isGoal(byId.get(id)!)) return wayTo(id, before).map((one) => byId.get(one)!);
    for (const edge of next.get(id) ?? []) if (!before.has(edge[to!])) before.set(edge[to!], id);
  }
  return undefined;
}

function wayTo(goal: string, before: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let id: string | undefined = goal; id !== undefined; id = before.get(id)) way.unshift(id);
  return way;
}
