import { InvalidArgumentError } from 'commander';

export interface Address {
  host: string;
  port: number;
}

/** LwM2M over DTLS. */
const DEFAULT_PORT = 5684;
const FORM = /^(?:coaps:\/\/)?(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?\/?$/;

/** `192.0.2.1:5684`, `[2001:db8::1]:5684`, `server.example`, `coaps://server.example`. For commander. */
export function parseTarget(text: string): Address {
  const [, v6, name, port] = FORM.exec(text) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (host !== undefined && number >= 1 && number <= 65_535) return { host, port: number };
  throw new InvalidArgumentError('It must be host:port, with an IPv6 address in brackets: [2001:db8::1]:5684.');
}
