const cell = 36;
const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Counts as a picture: the darker a cell, the larger its share of its target's row. */
export function confusionSvg(names: readonly string[], counts: readonly (readonly number[])[]): string {
  const left = 24 + 7 * Math.max(...names.map((name) => name.length));
  const side = cell * names.length;
  const centre = (k: number): number => left + cell * k + cell / 2;
  const columns = names.map(
    (name, k) =>
      `<text x="${centre(k)}" y="${left - 8}" transform="rotate(-90 ${centre(k)} ${left - 8})" dominant-baseline="middle">${escaped(name)}</text>`,
  );
  const rows = counts.flatMap((row, k) => {
    const count = row.reduce((a, b) => a + b, 0);
    const label = `<text x="${left - 8}" y="${centre(k)}" text-anchor="end" dominant-baseline="middle">${escaped(names[k]!)}</text>`;
    const cells = row.map((n, j) => {
      const share = count === 0 ? 0 : n / count;
      const [x, y] = [left + cell * j, left + cell * k];
      const title = `<title>${escaped(names[k]!)} taken for ${escaped(names[j]!)}: ${n} of ${count}</title>`;
      const number = `<text x="${x + cell / 2}" y="${y + cell / 2}" text-anchor="middle" dominant-baseline="middle" fill="${share > 0.5 ? "#fff" : "#222"}">${n}</text>`;
      return `<g>${title}<rect x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}" fill="#08519c" fill-opacity="${share.toFixed(3)}" stroke="#ddd"/>${number}</g>`;
    });
    return [label, ...cells];
  });
  const size = left + side + 8;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" font-family="sans-serif" font-size="12" fill="#222">`;
  return `${[head, ...columns, ...rows, "</svg>"].join("\n")}\n`;
}
