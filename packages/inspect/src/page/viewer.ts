import type * as dot from "../drawing/dot.ts";
import type { Box, Picture, Vertex } from "../drawing/picture.ts";

/** One picture of a page; of the compiler's story one for each pass. */
export interface PageStage {
  readonly name: string;
  readonly picture: Picture;
  /** The boxes that are folded at first. */
  readonly folded: readonly string[];
}

export interface PageData {
  readonly stages: readonly PageStage[];
  readonly direction: "TB" | "LR";
}

/** Graphviz, as far as a page needs it. */
interface Renderer {
  renderString(dot: string, options: { readonly format: string }): string;
}

/**
 * What happens on a page. It is written into the page as text, so it uses nothing but the browser and what its
 * constructor is given.
 */
export class Viewer {
  readonly data: PageData;
  readonly graphviz: Renderer;
  readonly tools: Pick<typeof dot, "dotOf" | "outermostFolded" | "placeText">;
  stage: PageStage;
  folded: Set<string>;
  selected: string | undefined;
  view = { x: 0, y: 0, scale: 1 };
  /** Whether the pointer has moved since its button went down: then it has not clicked. */
  isDragged = false;

  constructor(data: PageData, graphviz: Renderer, tools: Viewer["tools"]) {
    this.data = data;
    this.graphviz = graphviz;
    this.tools = tools;
    this.stage = data.stages[0]!;
    this.folded = new Set(this.stage.folded);
  }

  element(id: string): HTMLElement {
    return document.getElementById(id)!;
  }

  start(): void {
    const choice = this.element("stage") as HTMLSelectElement;
    choice.append(...this.data.stages.map(({ name }, i) => new Option(name, String(i))));
    choice.hidden = this.data.stages.length === 1;
    choice.onchange = () => {
      this.stage = this.data.stages[Number(choice.value)]!;
      this.folded = new Set(this.stage.folded);
      this.selected = undefined;
      this.render();
      this.fit();
      this.describe();
    };
    this.element("fold").onclick = () => this.foldOnly(this.stage.picture.boxes.map(({ id }) => id));
    this.element("unfold").onclick = () => this.foldOnly([]);
    this.element("fit").onclick = () => this.fit();
    const search = this.element("search") as HTMLInputElement;
    search.oninput = () => this.search(search.value);
    this.listen();
    this.render();
    this.fit();
    this.describe();
  }

  /** Drag to move, turn the wheel to zoom, click to choose, click twice to fold. */
  listen(): void {
    const canvas = this.element("canvas");
    canvas.onpointerdown = ({ clientX, clientY, button }) => {
      if (button !== 0) return;
      const { x, y } = this.view;
      this.isDragged = false;
      canvas.onpointermove = (event) => {
        const [dx, dy] = [event.clientX - clientX, event.clientY - clientY];
        this.isDragged ||= Math.hypot(dx, dy) > 4;
        this.move({ ...this.view, x: x + dx, y: y + dy });
      };
    };
    addEventListener("pointerup", () => (canvas.onpointermove = null));
    canvas.onwheel = (event) => {
      event.preventDefault();
      const { left, top } = canvas.getBoundingClientRect();
      const [px, py] = [event.clientX - left, event.clientY - top];
      const scale = Math.min(8, Math.max(0.02, this.view.scale * Math.exp(-0.0015 * event.deltaY)));
      const ratio = scale / this.view.scale;
      this.move({ x: px - ratio * (px - this.view.x), y: py - ratio * (py - this.view.y), scale });
    };
    canvas.onclick = (event) => {
      if (!this.isDragged) this.select(this.idAt(event.target as Element));
    };
    canvas.ondblclick = (event) => {
      const id = this.idAt(event.target as Element);
      if (this.boxOf(id)) this.toggle(id!);
    };
  }

  /** The vertex or box that was clicked. */
  idAt(target: Element): string | undefined {
    return target.closest("g.node, g.cluster")?.id;
  }

  boxOf(id: string | undefined): Box | undefined {
    return this.stage.picture.boxes.find((box) => box.id === id);
  }

  vertexOf(id: string | undefined): Vertex | undefined {
    return this.stage.picture.vertices.find((vertex) => vertex.id === id);
  }

  render(): void {
    const text = this.tools.dotOf(this.stage.picture, this.folded, this.data.direction);
    const svg = this.graphviz.renderString(text, { format: "svg" });
    this.element("drawing").innerHTML = this.tools.placeText(svg.slice(svg.indexOf("<svg")));
    this.mark();
  }

  move(view: Viewer["view"]): void {
    this.view = view;
    this.element("drawing").style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  }

  /** All of the picture, in the middle. */
  fit(): void {
    const canvas = this.element("canvas");
    const { width, height } = this.size();
    const scale = Math.min(1.5, (0.96 * canvas.clientWidth) / width, (0.96 * canvas.clientHeight) / height);
    const [x, y] = [(canvas.clientWidth - scale * width) / 2, (canvas.clientHeight - scale * height) / 2];
    this.move({ x, y, scale });
  }

  size(): { readonly width: number; readonly height: number } {
    const svg = this.element("drawing").querySelector("svg")!;
    return { width: svg.width.baseVal.value, height: svg.height.baseVal.value };
  }

  toggle(box: string): void {
    if (!this.folded.delete(box)) this.folded.add(box);
    this.render();
    this.select(box);
  }

  foldOnly(boxes: readonly string[]): void {
    this.folded = new Set(boxes);
    this.render();
    this.fit();
    this.select(undefined);
  }

  select(id: string | undefined): void {
    this.selected = id;
    this.mark();
    this.describe();
  }

  /** What is chosen, and what it is made of and used by, stand out. */
  mark(): void {
    const drawing = this.element("drawing");
    for (const one of drawing.querySelectorAll(".selected, .near")) one.classList.remove("selected", "near");
    if (this.selected === undefined) return;
    drawing.querySelector(`#${this.selected}`)?.classList.add("selected");
    for (const id of [...this.madeOf(this.selected), ...this.usersOf(this.selected)])
      drawing.querySelector(`#${id}`)?.classList.add("near");
  }

  madeOf(id: string): readonly string[] {
    const { edges } = this.stage.picture;
    return [...new Set(edges.filter(({ to }) => to === id).map(({ from }) => from))];
  }

  usersOf(id: string): readonly string[] {
    const { edges } = this.stage.picture;
    return [...new Set(edges.filter(({ from }) => from === id).map(({ to }) => to))];
  }

  /** The panel on the right. */
  describe(): void {
    const panel = this.element("panel");
    const [vertex, box] = [this.vertexOf(this.selected), this.boxOf(this.selected)];
    panel.replaceChildren();
    if (vertex) this.describeVertex(vertex, panel);
    else if (box) this.describeBox(box, panel);
    else {
      const { vertices, edges, boxes } = this.stage.picture;
      const text = `${vertices.length} vertices, ${edges.length} edges, ${boxes.length} boxes. Click one for what it is; click a box twice to fold it. Drag to move, turn the wheel to zoom.`;
      panel.append(this.line("p", text));
    }
  }

  describeVertex(vertex: Vertex, panel: HTMLElement): void {
    const { title, op, shown, types, source, backwardOf } = vertex;
    const facts = {
      op: shown ? `${op} ${shown}` : op,
      type: types.join(", "),
      source,
      "backward of": backwardOf,
    };
    panel.append(this.line("h2", title));
    const list = document.createElement("dl");
    for (const [name, value] of Object.entries(facts))
      if (value) list.append(this.line("dt", name), this.line("dd", value));
    panel.append(list, ...this.links("made of", this.madeOf(vertex.id)));
    panel.append(...this.links("used by", this.usersOf(vertex.id)));
  }

  describeBox(box: Box, panel: HTMLElement): void {
    const button = this.line("button", this.folded.has(box.id) ? "unfold" : "fold");
    button.onclick = () => this.toggle(box.id);
    const parents = new Map(this.stage.picture.boxes.map(({ id, parent }) => [id, parent]));
    const only = new Set([box.id]);
    const inside = this.stage.picture.vertices.filter((vertex) =>
      this.tools.outermostFolded(vertex.box, parents, only),
    );
    panel.append(this.line("h2", box.title), button);
    panel.append(
      ...this.links(
        "inside",
        inside.map(({ id }) => id),
      ),
    );
  }

  links(title: string, ids: readonly string[]): readonly HTMLElement[] {
    if (ids.length === 0) return [];
    const list = document.createElement("ul");
    for (const id of ids) {
      const vertex = this.vertexOf(id)!;
      const item = this.line("li", `${vertex.title} ${vertex.types.join(", ")}`);
      item.onclick = () => this.show(id);
      list.append(item);
    }
    return [this.line("h3", title), list];
  }

  /** Open the boxes around a vertex, choose it, and bring it to the middle. */
  show(id: string): void {
    const parents = new Map(this.stage.picture.boxes.map((box) => [box.id, box.parent]));
    const before = this.folded.size;
    for (let box = this.vertexOf(id)?.box; box !== undefined; box = parents.get(box)) this.folded.delete(box);
    if (this.folded.size !== before) this.render();
    this.select(id);
    const canvas = this.element("canvas").getBoundingClientRect();
    const at = this.element("drawing").querySelector(`#${id}`)!.getBoundingClientRect();
    const dx = canvas.left + canvas.width / 2 - (at.left + at.width / 2);
    const dy = canvas.top + canvas.height / 2 - (at.top + at.height / 2);
    this.move({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** Vertices whose title, op, type or source holds the words. */
  search(words: string): void {
    const wanted = words.trim().toLowerCase();
    const holds = ({ title, op, types, source }: Vertex): boolean =>
      `${title} ${op} ${types.join(" ")} ${source ?? ""}`.toLowerCase().includes(wanted);
    const found = wanted === "" ? [] : this.stage.picture.vertices.filter(holds);
    this.select(undefined);
    if (wanted === "") return;
    const panel = this.element("panel");
    panel.replaceChildren(this.line("p", `${found.length} found`));
    panel.append(
      ...this.links(
        `"${words.trim()}"`,
        found.map(({ id }) => id),
      ),
    );
  }

  line(tag: string, text: string): HTMLElement {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  }
}
