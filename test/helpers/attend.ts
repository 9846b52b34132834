import type { ExecutionContext } from 'ava';

/** Hands a resource to the test: it is closed in the end, and `report` is logged when the test failed. */
export function attend<T extends AsyncDisposable>(
  t: ExecutionContext,
  resource: T,
  report?: (resource: T) => string,
): T {
  t.teardown(async () => {
    if (!t.passed && report) t.log(report(resource));
    await resource[Symbol.asyncDispose]();
  });
  return resource;
}
