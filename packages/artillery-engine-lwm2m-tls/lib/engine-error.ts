/** A script that this engine cannot run. `code` is what Artillery counts: `errors.ERR_UNKNOWN_STEP`. */
export class EngineError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What an error is counted as. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'ERR_UNEXPECTED';
}
