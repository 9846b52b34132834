/** What a {@link TlsError} carries besides its code and text; absent where it does not apply. */
export interface TlsErrorDetails {
  /** Number of the received alert, RFC 5246 section 7.2. */
  alert?: number | undefined;
  /** 1 warning, 2 fatal. */
  alertLevel?: number | undefined;
  /** IANA name of the received alert, such as `unknown_psk_identity`. */
  alertName?: string | undefined;
  /** The TLS library's own words. */
  reason?: string | undefined;
  /** Which library refused: `OpenSSL`. */
  library?: string | undefined;
  /** Error number of the system, positive. */
  errno?: number | undefined;
  /** The system call that failed. */
  syscall?: string | undefined;
  cause?: unknown;
}

/**
 * Codes of {@link TlsError}: those that this package makes and the commonest of the system, which has many more. The
 * table at {@link TlsError} says what they mean.
 */
export type TlsErrorCode =
  | 'ETIMEDOUT'
  | 'ECONNREFUSED'
  | 'EMSGSIZE'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'EACCES'
  | 'ENOTFOUND'
  | 'EPROTO'
  | 'ERR_ALERT_RECEIVED'
  | 'ERR_TLS_LIBRARY'
  | 'ERR_UNKNOWN_PSK_IDENTITY'
  | 'ERR_BAD_FINISHED'
  | 'ERR_CLOSED'
  | 'ERR_NOT_LISTENING'
  | 'ERR_ALREADY_LISTENING'
  | 'ERR_ALREADY_CONNECTED'
  | 'ERR_UNKNOWN_OPTION'
  | 'ERR_INVALID_OPTION'
  | 'ERR_UNKNOWN_CIPHER_SUITE'
  | 'ERR_INVALID_PSK'
  | 'ERR_PEER_LIMIT'
  | 'ERR_SLAB_DETACHED'
  | 'ERR_OPENSSL_MISMATCH'
  | 'ERR_ADDON_NOT_FOUND'
  | 'ERR_ADDON_MISMATCH'
  | 'ABORT_ERR'
  | (string & {});

/**
 * Every error of `lwm2m-tls`; the requests of a simulated device also end with a `CoapError`. Match on `code`: it is stable and documented, the text is for people and may change.
 *
 * | code | meaning |
 * |---|---|
 * | `ETIMEDOUT`, `ECONNREFUSED`, `EMSGSIZE`, `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `ENOTFOUND`, ... | the transport's or the system's own error |
 * | `EPROTO` | a protocol failure that nothing below describes better |
 * | `ERR_ALERT_RECEIVED` | the peer sent a fatal alert: `alert`, `alertLevel`, `alertName` |
 * | `ERR_TLS_LIBRARY` | OpenSSL refused: `reason` |
 * | `ERR_UNKNOWN_PSK_IDENTITY` | server: a client gave an identity that is not in the store |
 * | `ERR_BAD_FINISHED` | server: the first protected record was unreadable, the PSK keys differ |
 * | `ERR_CLOSED` | the server or socket is closed, or was closed meanwhile |
 * | `ERR_NOT_LISTENING`, `ERR_ALREADY_LISTENING`, `ERR_ALREADY_CONNECTED` | the call does not fit the state of the server or device |
 * | `ERR_UNKNOWN_OPTION` | an option name that does not exist |
 * | `ERR_INVALID_OPTION` | an option or argument of a wrong type or out of range |
 * | `ERR_UNKNOWN_CIPHER_SUITE` | a cipher suite that is not in `cipherSuites` |
 * | `ERR_INVALID_PSK` | a PSK identity or key that TLS or OpenSSL cannot carry |
 * | `ERR_PEER_LIMIT` | the table of peers is full |
 * | `ERR_SLAB_DETACHED` | uncaught exception: the buffer of a message was transferred; see the option `copyMessages` |
 * | `ERR_OPENSSL_MISMATCH`, `ERR_ADDON_NOT_FOUND`, `ERR_ADDON_MISMATCH` | the native part cannot be used |
 * | `ABORT_ERR` | the given `AbortSignal` was aborted; `cause` is its reason |
 */
export class TlsError extends Error {
  /** One of the table above. */
  readonly code: TlsErrorCode;
  /** As the field of the same name in {@link TlsErrorDetails}; so are the others. */
  declare readonly alert?: number;
  declare readonly alertLevel?: number;
  declare readonly alertName?: string;
  declare readonly reason?: string;
  declare readonly library?: string;
  declare readonly errno?: number;
  declare readonly syscall?: string;

  constructor(code: TlsErrorCode, message: string, details: TlsErrorDetails = {}) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [name, value] of Object.entries(rest)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }
}
Object.defineProperty(TlsError.prototype, 'name', { value: 'TlsError', configurable: true, writable: true });
