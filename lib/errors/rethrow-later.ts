/**
 * Throws `error` from a place of its own, as an ordinary uncaught exception: for exceptions of a user's listener where
 * what we do next must happen all the same.
 */
export function rethrowLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
