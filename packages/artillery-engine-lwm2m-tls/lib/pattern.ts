import { EngineError } from './engine-error.js';

/**
 * A printf pattern with a device's number as its argument: `%d`, `%x` and `%X`, with a width and zeros where wanted (`%06d`), and
 * `%%`. `%{name}` is a variable of the virtual user: Artillery fills `{{ name }}` in before there is one. Throws
 * `ERR_UNKNOWN_VARIABLE`.
 */
export function fillPattern(pattern: string, device: number, variables: Readonly<Record<string, unknown>>): string {
  return pattern.replace(
    /%(?:(0?)([1-9]\d?)?([dxX])|\{([\w$]+)\}|%)/g,
    (
      _whole,
      zeros: string | undefined,
      width: string | undefined,
      kind: string | undefined,
      name: string | undefined,
    ) => {
      if (name !== undefined) return String(variable(name, variables));
      if (kind === undefined) return '%';
      const digits = kind === 'd' ? device.toString() : device.toString(16);
      return (kind === 'X' ? digits.toUpperCase() : digits).padStart(Number(width ?? 0), zeros === '0' ? '0' : ' ');
    },
  );
}

function variable(name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const value = variables[name];
  if (value !== undefined) return value;
  throw new EngineError('ERR_UNKNOWN_VARIABLE', `config.lwm2m-tls: no virtual user has a variable '${name}'`);
}
