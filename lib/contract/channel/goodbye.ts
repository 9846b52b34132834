/** How long what a channel says last may take to leave, milliseconds. */
const GOODBYE_TIME = 1_000;

/** Whether `left` resolves in time. Closing waits for it, but not for a peer or a backend that takes nothing any more. */
export async function leavesInTime(left: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_TIME, false);
  });
  const inTime = await Promise.race([left.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
