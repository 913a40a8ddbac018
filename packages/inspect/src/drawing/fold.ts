import type { Box, Picture } from "./picture.ts";
import { outermostFolded } from "./dot.ts";

/** Past so many vertices, a picture is folded when nobody says how. */
export const many = 180;

/**
 * The boxes that are folded: by title or label path, or, when nothing is asked for, from the innermost out until few
 * enough vertices are left.
 */
export function foldedBoxes(picture: Picture, asked: readonly string[] | undefined): ReadonlySet<string> {
  if (asked) {
    const paths = pathsOf(picture);
    const isAsked = ({ id, kind }: Box): boolean => kind !== "expression" && asked.includes(paths.get(id)!);
    return new Set(picture.boxes.filter(isAsked).map(({ id }) => id));
  }
  const folded = new Set<string>();
  const { failed } = picture;
  const shown = new Set(failed === undefined ? [] : boxesAround(picture, failed));
  const candidates = foldingOrder(picture)
    .filter((id) => !shown.has(id))
    .values();
  while (countVisible(picture, folded) > many) {
    const { value: next } = candidates.next();
    if (!next) break;
    folded.add(next);
  }
  return folded;
}

/** The boxes that a vertex lies in. */
function boxesAround({ vertices, boxes }: Picture, vertex: string): readonly string[] {
  const parents = new Map(boxes.map(({ id, parent }) => [id, parent]));
  const around: string[] = [];
  let box = vertices.find(({ id }) => id === vertex)?.box;
  for (; box !== undefined; box = parents.get(box)) around.push(box);
  return around;
}

/**
 * Expressions first, then the innermost boxes, and of those the one that hides most. Inputs are few, and say much: they
 * are folded last.
 */
function foldingOrder({ vertices, boxes }: Picture): readonly string[] {
  const parents = new Map(boxes.map(({ id, parent }) => [id, parent]));
  const depth = (id: string | undefined): number => (id === undefined ? 0 : 1 + depth(parents.get(id)));
  const size = (id: string): number =>
    vertices.filter(({ box }) => outermostFolded(box, parents, new Set([id])) === id).length;
  const rank = ({ id, kind }: Picture["boxes"][number]): readonly number[] => [
    kind === "expression" ? 0 : kind === "inputs" ? 2 : 1,
    -depth(id),
    -size(id),
  ];
  const ranked = boxes.map((box) => ({ id: box.id, rank: rank(box) }));
  const before = (a: readonly number[], b: readonly number[]): number =>
    a.map((x, i) => x - b[i]!).find((difference) => difference !== 0) ?? 0;
  return ranked.sort((a, b) => before(a.rank, b.rank)).map(({ id }) => id);
}

/** Vertices that are to be seen, folded boxes included. */
export function countVisible({ vertices, boxes }: Picture, folded: ReadonlySet<string>): number {
  const parents = new Map(boxes.map(({ id, parent }) => [id, parent]));
  return new Set(vertices.map(({ id, box }) => outermostFolded(box, parents, folded) ?? id)).size;
}

/** What boxes are called when they are to be folded: `encoder.layers`, and the word scan for each scan. */
function pathsOf({ boxes }: Picture): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { id, kind, parent, title } of boxes) {
    const around = parent === undefined ? undefined : paths.get(parent);
    const isInside = kind !== "scan" && around !== undefined && around !== "scan";
    paths.set(id, kind === "scan" ? "scan" : isInside ? `${around}.${title}` : title);
  }
  return paths;
}
