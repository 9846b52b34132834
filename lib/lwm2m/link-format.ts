/** One entry of a CoRE link-format list (RFC 6690), as LwM2M uses it: `</1/0>;ver=1.1`. */
export interface Link {
  /** The target between the angle brackets. */
  readonly target: string;
  /** Attributes without their quotes; one without a value has the empty string. */
  readonly attributes: Readonly<Record<string, string>>;
}

const TARGET = /<([^<>]*)>/y;
const ATTRIBUTE = /;\s*([A-Za-z0-9!#$&+\-.^_`|~*]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s",;<>]+)))?/y;
const SEPARATOR = /\s*,\s*/y;

/** Parses a link-format document; `undefined` when it is not one. An empty text is a list without entries. */
export function parseLinkFormat(text: string): Link[] | undefined {
  const links: Link[] = [];
  const source = text.trim();
  let position = 0;
  while (position < source.length) {
    if (links.length > 0) {
      const separator = matchAt(SEPARATOR, source, position);
      if (separator === undefined) return undefined;
      position += separator[0].length;
    }
    const target = matchAt(TARGET, source, position);
    if (target === undefined) return undefined;
    position += target[0].length;
    const attributes: Record<string, string> = Object.create(null);
    for (;;) {
      const attribute = matchAt(ATTRIBUTE, source, position);
      if (attribute === undefined) break;
      position += attribute[0].length;
      const [, name = '', quoted, plain] = attribute;
      attributes[name] = quoted !== undefined ? quoted.replaceAll(/\\(.)/g, '$1') : (plain ?? '');
    }
    links.push({ target: target[1] ?? '', attributes });
  }
  return links;
}

function matchAt(pattern: RegExp, source: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(source) ?? undefined;
}
