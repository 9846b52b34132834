import { invalidOption, invalidSecret } from '../options/check.js';

/** Text with a device's number in it. */
export interface Pattern {
  /** Whether the text is another one for each device. */
  readonly varies: boolean;
  (index: number): string;
}

const CONVERSION = /%(?:(0?)([1-9]\d?)?([dxX])|%)/g;

/**
 * A printf pattern with a device's number as its only argument: `%d`, `%x` and `%X`, with a width and zeros where wanted
 * (`%06d`), as often as wanted, and `%%`. A `secret` one is not shown in messages. Throws `ERR_INVALID_OPTION`.
 */
export function parsePattern(value: unknown, name: string, { secret = false } = {}): Pattern {
  if (typeof value !== 'string' || value === '' || value.replace(CONVERSION, '').includes('%')) {
    throw (secret ? invalidSecret : invalidOption)(
      name,
      value,
      "a pattern such as 'dev-%06d', with %d, %x or %X, a width, and %% for a percent sign",
    );
  }
  const format = (index: number): string =>
    value.replace(
      CONVERSION,
      (whole, zeros: string | undefined, width: string | undefined, kind: string | undefined) => {
        if (kind === undefined) return whole.slice(1);
        const digits = kind === 'd' ? index.toString() : index.toString(16);
        return (kind === 'X' ? digits.toUpperCase() : digits).padStart(Number(width ?? 0), zeros === '0' ? '0' : ' ');
      },
    );
  const fixed = format(0);
  const varies = fixed !== format(1);
  return Object.assign(varies ? format : () => fixed, { varies });
}
