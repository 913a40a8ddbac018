import { Text } from "./text.ts";
import type { Target } from "./target.ts";

/** The functions of a program. Those that are the same are one. */
export class Functions {
  readonly target: Target;
  readonly #names = new Map<string, string>();
  readonly #texts: string[] = [];

  constructor(target: Target) {
    this.target = target;
  }

  /** The name of the function that a key stands for, which is printed when it is first asked for. */
  named(kind: string, key: string, print: (text: Text, name: string) => void): string {
    const whole = `${kind} ${key}`;
    const known = this.#names.get(whole);
    if (known !== undefined) return known;
    const name = `${kind}${this.#names.size}`;
    this.#names.set(whole, name);
    const text = new Text();
    print(text, name);
    this.#texts.push(text.toString());
    return name;
  }

  /** All of them; what a function calls stands before it. */
  toString(): string {
    return this.#texts.join("\n");
  }
}
