/** What Artillery and its engines have with each other, as far as this one needs it. */
export interface Script {
  readonly config: {
    readonly target?: unknown;
    /** Each worker has phases of its own; `worker` counts from 1. */
    readonly phases?: readonly { readonly worker?: number; readonly totalWorkers?: number }[];
    /** Functions of the user's, for the steps `function` and `loop` with `whileTrue`. */
    readonly processor?: Readonly<Record<string, unknown>>;
    readonly defaults?: { readonly think?: unknown };
    readonly [name: string]: unknown;
  };
}

export interface ScenarioSpec {
  readonly name?: string;
  readonly flow: readonly unknown[];
}

/** Of one virtual user. */
export interface VirtualUser {
  readonly vars: Record<string, unknown>;
  readonly [name: string]: unknown;
}

/** Where measures go. */
export interface Events {
  emit(event: 'started'): void;
  emit(event: 'counter' | 'histogram', name: string, value: number): void;
  emit(event: 'error', code: string): void;
}

export type StepCallback = (error: Error | null | undefined, user?: VirtualUser) => void;

export type StepFunction = (user: VirtualUser, callback: StepCallback) => void;

/** Artillery's own building blocks for flows. */
export interface Helpers {
  template<T>(value: T, user: VirtualUser): T;
  createThink(spec: object, options?: object): StepFunction;
  createLoopWithCount(count: number | string, steps: StepFunction[], options: object): StepFunction;
}

/** A promise of a step that calls back. */
export function promised(step: StepFunction, user: VirtualUser): Promise<void> {
  return new Promise((resolve, reject) => {
    step(user, (error) => (error ? reject(error) : resolve()));
  });
}

/** A step that calls back, of one that promises. */
export function calledBack(step: (user: VirtualUser) => Promise<void>): StepFunction {
  return (user, callback) => {
    step(user).then(
      () => callback(null, user),
      (error) => callback(error, user),
    );
  };
}
