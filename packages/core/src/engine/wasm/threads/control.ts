/**
 * The words by which threads keep in step, one to a line of the cache, at the beginning of an address.
 *
 * | word      | is                                                                    |
 * | --------- | --------------------------------------------------------------------- |
 * | `ticket`  | counted up whenever there is something for the workers to look at      |
 * | `mail`    | how many messages have been posted to each worker                     |
 * | `program` | the program to run next                                               |
 * | `arrived` | threads that wait at the barrier                                      |
 * | `phase`   | counted up when the last thread has come to the barrier               |
 * | `asleep`  | threads that sleep at the barrier                                     |
 * | `failed`  | the last phase in which a thread has dropped out of a run             |
 * | `states`  | of every worker: where it is on its way into a run                    |
 * | `read`    | of every worker: how many messages it has dealt with                  |
 */
export interface Control {
  readonly ticket: number;
  readonly mail: number;
  readonly program: number;
  readonly arrived: number;
  readonly phase: number;
  readonly asleep: number;
  readonly failed: number;
  readonly states: readonly number[];
  readonly read: readonly number[];
}

/** What stands in `states`. A worker is asked to take part, says that it will, and is told to go or to leave it. */
export const states = { idle: 0, asked: 1, ready: 2, going: 3 } as const;

const lineBytes = 64;
const shared = ["ticket", "mail", "program", "arrived", "phase", "asleep", "failed"] as const;

/** Bytes that the words take. */
export const controlSize = (threads: number): number => lineBytes * (shared.length + 2 * (threads - 1));

/** The addresses of the words, in bytes. */
export function controlAt(address: number, threads: number): Control {
  const line = (i: number): number => address + lineBytes * i;
  const each = (first: number): number[] =>
    Array.from({ length: threads - 1 }, (_, worker) => line(first + worker));
  const words = Object.fromEntries(shared.map((name, i) => [name, line(i)])) as Record<
    (typeof shared)[number],
    number
  >;
  return { ...words, states: each(shared.length), read: each(shared.length + threads - 1) };
}
