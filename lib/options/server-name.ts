import { isIP } from 'node:net';
import { invalidOption } from './check.js';

/** Whom a client asks for, and who must answer. */
export interface ServerNameOptions {
  /**
   * Name that the server is asked for, so that one with several names can choose its certificate (SNI). Default: `host`
   * when that is a name; none for an IP address (RFC 6066 has no room for one), and none when `psk` is all that there is. `''`
   * sends none. Throws `ERR_INVALID_OPTION`. `SSL_set_tlsext_host_name`.
   */
  servername?: string | undefined;
  /**
   * Name or IP address that the server's certificate must be for, and the base domain of DANE. Default: `servername`, else
   * `host`. False checks the chain of the certificate only: anybody with a certificate of a trusted authority is believed.
   * Throws `ERR_INVALID_OPTION`. `X509_VERIFY_PARAM_set1_host`, `X509_VERIFY_PARAM_set1_ip_asc`.
   */
  checkName?: string | false | undefined;
}

export interface ServerNameSettings {
  /** Empty: none is sent. */
  readonly serverName: string;
  /** Empty: not checked. */
  readonly verifyName: string;
}

export const serverNameOptionNames = [
  'servername',
  'checkName',
] as const satisfies readonly (keyof ServerNameOptions)[];

const LONGEST_NAME = 255;

/** `host` is what is connected to, as the user wrote it; `certificate`: whether the server may have one. */
export function parseServerName(
  options: Record<string, unknown>,
  host: string,
  certificate: boolean,
): ServerNameSettings {
  const { servername, checkName } = options;
  const ownName = certificate ? withoutFinalDot(withoutZone(host)) : '';
  const defaultName = isIP(ownName) === 0 ? ownName : '';
  const serverName = servername === undefined ? defaultName : parseName(servername, 'servername');
  if (isIP(serverName) !== 0) {
    throw invalidOption('servername', servername, 'a DNS name', 'an address cannot be asked for: leave it out');
  }
  const verifyName = checkName === undefined ? serverName || ownName : parseCheckName(checkName);
  return Object.freeze({ serverName, verifyName });
}

function parseName(value: unknown, name: string): string {
  if (value === '') return '';
  if (typeof value === 'string' && value.length <= LONGEST_NAME && /^[\x21-\x2e\x30-\x7e]+$/.test(value)) {
    return withoutFinalDot(value);
  }
  throw invalidOption(
    name,
    value,
    `a DNS name of at most ${LONGEST_NAME} characters`,
    'give an international name in its ASCII form (xn--...)',
  );
}

function parseCheckName(value: unknown): string {
  if (value === false) return '';
  const name = isIP(String(value)) === 0 ? parseName(value, 'checkName') : withoutZone(String(value));
  if (name !== '') return name;
  throw invalidOption('checkName', value, 'a DNS name or an IP address', 'to check none say false');
}

/** RFC 6066 section 3: without the dot that ends an absolute name. */
function withoutFinalDot(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}

/** A zone is of this machine only: no certificate has it. */
function withoutZone(host: string): string {
  const [address = host] = host.split('%');
  return isIP(address) === 6 ? address : host;
}
