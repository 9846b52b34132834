import type { ContextErrorDetails } from '../binding.js';
import { TlsError, type TlsErrorCode } from './tls-error.js';

/** What was wrong with the options of a context, when only OpenSSL could tell; anything else is returned as it is. */
export function contextError(error: unknown): unknown {
  if (!isContextError(error)) return error;
  const { kind, field, index, reason, libraryCode } = error;
  const option = optionOf(field, index);
  const words = reason === '' ? '' : ` (OpenSSL: ${reason})`;
  return new TlsError(codeOf(kind, field), `${option}${messageOf(kind, field)}${words}`, {
    reason: reason || undefined,
    library: 'OpenSSL',
    libraryCode: libraryCode || undefined,
    cause: error,
  });
}

/** Members of `ContextSettings` as the options call them. */
const optionNames: Readonly<Record<string, string>> = {
  certificates: 'cert',
  privateKey: 'key',
  trustAnchors: 'ca',
  crls: 'crl',
  minVersion: 'minVersion',
  maxVersion: 'maxVersion',
  cipherSuites: 'cipherSuites',
};

function optionOf(field: string | undefined, index: number | undefined): string {
  if (field === undefined) return '';
  const name = optionNames[field] ?? field;
  return index === undefined || index === 0 ? `${name}: ` : `${name}[${index}]: `;
}

function codeOf(kind: ContextErrorDetails['kind'], field: string | undefined): TlsErrorCode {
  if (kind === 'noCiphers') return 'ERR_NO_CIPHER_SUITE';
  if (kind === 'version' || kind === 'command' || kind === 'unreadablePath') return 'ERR_INVALID_OPTION';
  switch (field) {
    case 'certificates':
    case 'trustAnchors':
      return kind === 'mismatch' ? 'ERR_KEY_MISMATCH' : 'ERR_INVALID_CERTIFICATE';
    case 'privateKey':
    case 'passphrase':
      return kind === 'mismatch' ? 'ERR_KEY_MISMATCH' : 'ERR_INVALID_KEY';
    case 'crls':
      return 'ERR_INVALID_CRL';
    default:
      return kind === 'mismatch' ? 'ERR_KEY_MISMATCH' : 'ERR_TLS_LIBRARY';
  }
}

function messageOf(kind: ContextErrorDetails['kind'], field: string | undefined): string {
  switch (kind) {
    case 'unparsable':
      return field === 'privateKey'
        ? 'is not a private key in PEM or DER, or its passphrase is missing or wrong'
        : 'is neither PEM nor DER of what is expected here, which is the content of a file, not its name';
    case 'trailing':
      return 'has more bytes after the end of its DER';
    case 'tooBig':
      return 'is too big';
    case 'mismatch':
      return 'the private key does not belong to the certificate: give the key of the first certificate';
    case 'unreadablePath':
      return 'cannot be read';
    case 'noCiphers':
      return 'none of the cipher suites can be used with these versions and this security level';
    case 'version':
      return 'this protocol version is not available here';
    case 'command':
      return 'is not understood';
    default:
      return field === undefined ? 'OpenSSL refused the options' : 'OpenSSL refused it, see the option securityLevel';
  }
}

function isContextError(error: unknown): error is Error & ContextErrorDetails {
  return error instanceof Error && (error as { code?: unknown }).code === 'ERR_CONTEXT';
}
