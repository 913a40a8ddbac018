import * as dot from "../drawing/dot.ts";
import { Viewer, type PageData } from "./viewer.ts";

const style = `
html, body { margin: 0; height: 100%; font: 14px system-ui, sans-serif; color: #222b3a; }
body { display: grid; grid-template: auto 1fr / 1fr 20rem; }
header { grid-column: 1 / 3; display: flex; gap: 0.6rem; align-items: center; padding: 0.5rem 0.8rem; border-bottom: 1px solid #d9dee6; }
header h1 { font-size: 1rem; margin: 0 auto 0 0; }
button, select, input { font: inherit; padding: 0.2rem 0.6rem; border: 1px solid #b8c0cc; border-radius: 4px; background: #fff; }
#canvas { overflow: hidden; cursor: grab; position: relative; background: #fff; touch-action: none; user-select: none; }
#drawing { transform-origin: 0 0; position: absolute; }
#drawing svg { display: block; }
#drawing g.node { cursor: pointer; }
#drawing a { text-decoration: none; }
#panel { border-left: 1px solid #d9dee6; padding: 0 1rem; overflow: auto; overflow-wrap: anywhere; }
#panel h2 { font-size: 1.1rem; } #panel h3 { font-size: 0.85rem; color: #5a6577; margin-bottom: 0.2rem; }
dt { color: #5a6577; font-size: 0.85rem; } dd { margin: 0 0 0.5rem; font-family: ui-monospace, monospace; font-size: 0.85rem; }
ul { list-style: none; margin: 0; padding: 0; } li { cursor: pointer; color: #2c66a8; padding: 0.1rem 0; }
li:hover { text-decoration: underline; }
.selected path, .selected polygon, .selected ellipse { stroke: #d9480f; stroke-width: 2.5px; }
.near path, .near polygon, .near ellipse { stroke: #e8891c; stroke-width: 2px; }
@media (max-width: 50rem) { body { grid-template: auto 1fr 14rem / 1fr; } header { grid-column: 1; flex-wrap: wrap; } #panel { border-left: 0; border-top: 1px solid #d9dee6; } }
`;

/** What a script of a page may hold: nothing that ends it. */
const inScript = (text: string): string => text.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");

/**
 * A page that stands alone: it carries its pictures, the program that draws them anew when something is folded, and
 * Graphviz, whose module `graphviz` is the text of.
 */
export function pageOf(title: string, data: PageData, graphviz: string): string {
  const tools = Object.values(dot).map(String).join("\n");
  // A bundler may have renamed the functions; their texts go by what they are called now.
  const { dotOf, outermostFolded, placeText } = dot;
  const names = Object.entries({ dotOf, outermostFolded, placeText })
    .map(([name, { name: now }]) => `${name}: ${now}`)
    .join(", ");
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${dot.escapeMarkup(title)}</title>
<style>${style}</style>
<header>
<h1>${dot.escapeMarkup(title)}</h1>
<select id="stage" aria-label="stage"></select>
<input id="search" type="search" placeholder="search" aria-label="search">
<button id="fold">fold all</button>
<button id="unfold">unfold all</button>
<button id="fit">fit</button>
</header>
<main id="canvas"><div id="drawing"></div></main>
<aside id="panel"></aside>
<script type="text/plain" id="graphviz">${inScript(graphviz)}</script>
<script type="module">
${inScript(tools)}
const Viewer = ${inScript(String(Viewer))};
const text = document.getElementById("graphviz").textContent;
const { instance } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
const viewer = new Viewer(${json}, await instance(), { ${names} });
viewer.start();
document.documentElement.dataset.state = "ready";
</script>
</html>
`;
}
