// The convolutional LSTM on numbers, a step and an image at a time, as its paper has it.
import { each, parts, product, sigmoid, sum, type Matrix, type Row } from "./plain-vectors.ts";

/** Height, width, channels. */
type Image = readonly Matrix[];

/** The products of a kernel with the surroundings of every place, with zeros around the image. */
function convolved(x: Image, w: readonly Image[]): Image {
  const [top, left] = [Math.floor((w.length - 1) / 2), Math.floor((w[0]!.length - 1) / 2)];
  return x.map((line, i) =>
    line.map((_, j) =>
      w.reduce<Row>(
        (total, kernels, p) =>
          kernels.reduce<Row>((sums, weights, q) => {
            const at = x[i + p - top]?.[j + q - left];
            return sums.map((z, o) => at?.reduce((sum, xc, c) => sum + xc * weights[c]![o]!, z) ?? z);
          }, total),
        w[0]![0]![0]!.map(() => 0),
      ),
    ),
  );
}

/** Shi et al., 2015, eq. 3. */
export function convLstmStep(
  p: {
    readonly wx: readonly Image[];
    readonly wh: readonly Image[];
    readonly b: Row;
    readonly peep?: Readonly<Record<"i" | "f" | "o", Image>>;
  },
  { h, c }: { readonly h: Image; readonly c: Image },
  x: Image,
) {
  const [fromX, fromH] = [convolved(x, p.wx), convolved(h, p.wh)];
  const places = h.map((line, y) =>
    line.map((_, z) => {
      const [zi, zf, zo, zg] = parts(sum(fromX[y]![z]!, fromH[y]![z]!, p.b), 4) as [Row, Row, Row, Row];
      const seen = (gate: "i" | "f" | "o", pre: Row, of: Row): Row =>
        (p.peep ? sum(pre, product(p.peep[gate][y]![z]!, of)) : pre).map(sigmoid);
      const old = c[y]![z]!;
      const [i, f] = [seen("i", zi, old), seen("f", zf, old)];
      const cNext = each((i, f, g, c) => f * c + i * Math.tanh(g), i, f, zg, old);
      return { c: cNext, h: product(seen("o", zo, cNext), cNext.map(Math.tanh)) };
    }),
  );
  const of = (name: "h" | "c"): Image => places.map((line) => line.map((place) => place[name]));
  return [{ h: of("h"), c: of("c") }, of("h")] as const;
}
