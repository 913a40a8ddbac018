/** Lines of C, indented. */
export class Text {
  readonly #lines: string[] = [];
  #depth = 0;

  line(text: string): void {
    this.#lines.push("  ".repeat(this.#depth) + text);
  }

  /** Braces after a head, around what `body` writes. */
  block(head: string, body: () => void): void {
    this.line(head === "" ? "{" : `${head} {`);
    this.#depth++;
    body();
    this.#depth--;
    this.line("}");
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
