import { isIP } from 'node:net';
import { invalidOption } from '../../options/check.js';
import { ContractError } from '../errors/contract-error.js';

/** The buffer of the C interface has 256 bytes, its terminator among them. */
const LONGEST = 255;

/** Undefined where the host of `connect` counts: absent or empty. */
export function parseServerName(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.includes('\0')) {
    throw invalidOption('serverNameIndication', value, 'a host name without a NUL');
  }
  const length = Buffer.byteLength(value);
  if (length <= LONGEST) return value;
  throw new ContractError('ENOBUFS', `serverNameIndication: ${length} bytes, at most ${LONGEST} are possible`);
}

/** The two names of a handshake with `host`; the configured one replaces both. */
export function handshakeNames(configured: string | undefined, host: string): { sni: string; verified: string } {
  if (configured !== undefined) return { sni: configured, verified: configured };
  const isAddress = isIP(host) !== 0;
  const tooLong = Buffer.byteLength(host) > LONGEST;
  // RFC 6066 section 3: literal addresses are not names.
  return { sni: isAddress || tooLong ? '' : host, verified: host };
}
