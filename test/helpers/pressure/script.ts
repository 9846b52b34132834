/** What the preloaded shim makes the kernel answer. Layout and numbers are those of shim.c. */
import { openSync, readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';

const { EAGAIN, EINTR, ENOBUFS } = constants.errno;

/** `pass`: the real call. `one only`: at most one datagram of a batch. */
export const steps = { pass: 0, 'one only': -1, EAGAIN, EINTR, ENOBUFS } as const;
export type Step = keyof typeof steps;

export const targets = { server: 1, client: 2, both: 3 } as const;

type Direction = 'send' | 'receive';

const maxSteps = 64;
const directionWords = 4 + maxSteps;
const offsets: Record<Direction, number> = { send: 1, receive: 1 + directionWords };
export const scriptBytes = 4 * (1 + 2 * directionWords);

export class PressureScript {
  readonly #fd: number;

  constructor(file: string) {
    this.#fd = openSync(file, 'r+');
  }

  /** The next calls of these sockets take these steps, one each, and all later ones `forever`. Calls count from 0 again. */
  begin(target: keyof typeof targets, direction: Direction, list: readonly Step[], forever: Step = 'pass'): void {
    if (list.length > maxSteps) throw new Error(`no more than ${maxSteps} steps`);
    this.#write(0, [targets[target]]);
    this.#write(offsets[direction], [0, 0, list.length, steps[forever], ...list.map((step) => steps[step])]);
  }

  /** From now on the kernel answers for itself. */
  end(): void {
    this.#write(0, [0]);
  }

  /** Calls made, and steps of the list that were not reached. */
  progress(direction: Direction): { calls: number; stepsLeft: number } {
    const words = new Int32Array(3);
    readSync(this.#fd, words, 0, words.byteLength, 4 * offsets[direction]);
    const [calls = 0, next = 0, length = 0] = words;
    return { calls, stepsLeft: length - next };
  }

  #write(word: number, values: number[]): void {
    writeSync(this.#fd, Int32Array.from(values), 0, 4 * values.length, 4 * word);
  }
}
