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
  /** Its number for the reason: `ERR_GET_REASON`. */
  libraryCode?: number | undefined;
  /** Why a certificate was not believed, as `node:tls` names it: `CERT_HAS_EXPIRED`. */
  verifyError?: string | undefined;
  /** The same as OpenSSL's number: `X509_V_ERR_CERT_HAS_EXPIRED` is 10. */
  verifyCode?: number | undefined;
  /** Error number of the system, positive. */
  errno?: number | undefined;
  /** The system call that failed. */
  syscall?: string | undefined;
  /** What was thrown below. */
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
  | 'ERR_CERTIFICATE_VERIFY'
  | 'ERR_DANE_UNUSABLE'
  | 'ERR_CLOSED'
  | 'ERR_NOT_LISTENING'
  | 'ERR_ALREADY_LISTENING'
  | 'ERR_ALREADY_CONNECTED'
  | 'ERR_UNKNOWN_OPTION'
  | 'ERR_INVALID_OPTION'
  | 'ERR_UNKNOWN_CIPHER_SUITE'
  | 'ERR_INVALID_PSK'
  | 'ERR_INVALID_CERTIFICATE'
  | 'ERR_INVALID_KEY'
  | 'ERR_KEY_MISMATCH'
  | 'ERR_INVALID_CRL'
  | 'ERR_NO_CIPHER_SUITE'
  | 'ERR_NO_PSK'
  | 'ERR_NO_FAULTS'
  | 'ERR_SESSION_STORE'
  | 'ERR_CLIENT_DENIED'
  | 'ERR_NO_ANSWER'
  | 'ERR_QUESTION_FAILED'
  | 'ERR_PEER_LIMIT'
  | 'ERR_REPLACED'
  | 'ERR_IDLE_TIMEOUT'
  | 'ERR_EVICTED'
  | 'ERR_SEQUENCE_EXHAUSTED'
  | 'ERR_TOO_MANY_DEVICES'
  | 'ERR_WORKER_FAILED'
  | 'ERR_UNEXPECTED_MESSAGE'
  | 'ERR_SLAB_DETACHED'
  | 'ERR_INVALID_RESULT'
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
 * | `ERR_CERTIFICATE_VERIFY` | the peer's certificate is not believed: `verifyError`, `verifyCode`, `reason` |
 * | `ERR_DANE_UNUSABLE` | client: none of the given TLSA records can be used |
 * | `ERR_CLOSED` | the server or socket is closed, or was closed meanwhile |
 * | `ERR_NOT_LISTENING`, `ERR_ALREADY_LISTENING`, `ERR_ALREADY_CONNECTED` | the call does not fit the state of the server or device |
 * | `ERR_UNKNOWN_OPTION` | an option name that does not exist |
 * | `ERR_INVALID_OPTION` | an option or argument of a wrong type or out of range |
 * | `ERR_UNKNOWN_CIPHER_SUITE` | a cipher suite that is not in `cipherSuites` |
 * | `ERR_INVALID_PSK` | a PSK identity or key that TLS or OpenSSL cannot carry |
 * | `ERR_INVALID_CERTIFICATE` | `cert` or `ca` cannot be read, or is weaker than `securityLevel` allows |
 * | `ERR_INVALID_KEY` | `key` cannot be read, or `passphrase` does not open it |
 * | `ERR_KEY_MISMATCH` | `key` does not belong to `cert` |
 * | `ERR_INVALID_CRL` | `crl` cannot be read |
 * | `ERR_NO_CIPHER_SUITE` | versions and security level leave none of the cipher suites |
 * | `ERR_NO_PSK` | the server was made without the option `psk` |
 * | `ERR_NO_FAULTS` | the socket or server was made without the option `faults` |
 * | `ERR_SESSION_STORE` | server: the session store failed, `cause` says how, or did not answer in time |
 * | `ERR_CLIENT_DENIED` | server: `admit` denied a client |
 * | `ERR_NO_ANSWER` | a function of the options (`psk`, `admit`, `selectContext`) did not answer in time |
 * | `ERR_QUESTION_FAILED` | such a function failed, or what it answered cannot be used: `cause` says how |
 * | `ERR_PEER_LIMIT` | the table of peers is full |
 * | `ERR_REPLACED` | server: the client has started again from the same address and port |
 * | `ERR_IDLE_TIMEOUT` | server: nothing has come for the time of `idleTimeout` |
 * | `ERR_EVICTED` | server: an idle connection made room for a new client |
 * | `ERR_SEQUENCE_EXHAUSTED` | 2^48 records were sent: there is no number for another one |
 * | `ERR_TOO_MANY_DEVICES` | a swarm needs more sockets than the system gives; the message says which limit it is, and what to do |
 * | `ERR_WORKER_FAILED` | a worker of a server group has ended; `cause` says why |
 * | `ERR_UNEXPECTED_MESSAGE` | `lwm2m-tls/harness`: a message has come where silence was expected |
 * | `ERR_SLAB_DETACHED` | uncaught exception: the buffer of a message was transferred; see the option `copyMessages` |
 * | `ERR_INVALID_RESULT` | what was read is not the result of a bench, or of another version of the format |
 * | `ERR_OPENSSL_MISMATCH`, `ERR_ADDON_NOT_FOUND`, `ERR_ADDON_MISMATCH` | the native part cannot be used |
 * | `ABORT_ERR` | the given `AbortSignal` was aborted; `cause` is its reason |
 */
export class TlsError extends Error {
  /** One of the table above. */
  readonly code: TlsErrorCode;
  /** As the field of the same name in {@link TlsErrorDetails}; so are the others. Absent where it does not apply. */
  declare readonly alert?: number;
  /** {@link TlsErrorDetails.alertLevel} */
  declare readonly alertLevel?: number;
  /** {@link TlsErrorDetails.alertName} */
  declare readonly alertName?: string;
  /** {@link TlsErrorDetails.reason} */
  declare readonly reason?: string;
  /** {@link TlsErrorDetails.library} */
  declare readonly library?: string;
  /** {@link TlsErrorDetails.libraryCode} */
  declare readonly libraryCode?: number;
  /** {@link TlsErrorDetails.verifyError} */
  declare readonly verifyError?: string;
  /** {@link TlsErrorDetails.verifyCode} */
  declare readonly verifyCode?: number;
  /** {@link TlsErrorDetails.errno} */
  declare readonly errno?: number;
  /** {@link TlsErrorDetails.syscall} */
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
