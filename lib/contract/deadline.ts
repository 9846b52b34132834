/** The longest that a timer of Node can be set to. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls `expired` when the time is up, and the event loop has looked at all descriptors since: what has arrived in time
 * is never missed because the loop was busy. 0 and less: after one look. Not a number, and infinite: never. Returns the
 * function that cancels.
 */
export function startDeadline(milliseconds: number, expired: () => void): () => void {
  if (Number.isNaN(milliseconds) || milliseconds === Number.POSITIVE_INFINITY) return () => {};
  let cancel: () => void;
  const wait = (left: number) => {
    if (left <= 0) {
      cancel = afterOneLook(expired);
      return;
    }
    const step = Math.min(left, LONGEST_TIMER);
    const timer = setTimeout(() => wait(left - step), step);
    cancel = () => clearTimeout(timer);
  };
  wait(milliseconds);
  return () => cancel();
}

/** Two turns: the first may begin behind the poll phase, and what that phase finds is handed on in the check phase. */
function afterOneLook(callback: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(callback);
  });
  return () => clearImmediate(immediate);
}
