/** What a test has switched on. Leaving the scope of `using` or `await using` undoes it, and so does `undo()`. */
export interface Undo extends Disposable, AsyncDisposable {
  /** Idempotent. */
  undo(): void;
}

export function undoBy(action: () => void): Undo {
  let done = false;
  const undo = () => {
    if (done) return;
    done = true;
    action();
  };
  return {
    undo,
    [Symbol.dispose]: undo,
    [Symbol.asyncDispose]: async () => undo(),
  };
}
