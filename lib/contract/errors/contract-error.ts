import { TlsError, type TlsErrorDetails } from '../../errors/tls-error.js';
import { avsErrno } from './errno.js';

/** The `category` of an `avs_error_t`, by name; {@link ContractError.avsCategory} has the number. */
export type ErrorCategory = 'AVS_ERRNO_CATEGORY' | 'AVS_NET_SSL_ALERT_CATEGORY' | 'AVS_NET_SSL_LIB_ERROR_CATEGORY';

const categoryNumbers: Readonly<Record<ErrorCategory, number>> = {
  AVS_ERRNO_CATEGORY: 37_766,
  AVS_NET_SSL_ALERT_CATEGORY: 8_572,
  AVS_NET_SSL_LIB_ERROR_CATEGORY: 8_573,
};

/** What a {@link ContractError} carries besides its code and text: the rest of `avs_error_t`. */
export interface ContractErrorDetails extends TlsErrorDetails {
  /** Default `AVS_ERRNO_CATEGORY`. */
  category?: ErrorCategory | undefined;
  /** Default: the number of `code` in `avs_errno_t`. */
  avsCode?: number | undefined;
  /** Bytes that were delivered all the same. */
  received?: number | undefined;
}

/**
 * Every error of a {@link NetSocket}: `avs_error_t` as an exception. Match on `code`.
 *
 * | `code` | `category` | `avsCode` |
 * |---|---|---|
 * | `EBADF`, `EISCONN`, `ETIMEDOUT`, `EMSGSIZE`, ... | `AVS_ERRNO_CATEGORY` | `avs_errno_t`, such as 65 for `ETIMEDOUT` |
 * | `ERR_ALERT_RECEIVED` | `AVS_NET_SSL_ALERT_CATEGORY` | level * 256 + description |
 * | `ERR_CERTIFICATE_VERIFY` | `AVS_NET_SSL_LIB_ERROR_CATEGORY` | 134; `verifyError` and `verifyCode` say why |
 * | `ERR_TLS_LIBRARY` | `AVS_NET_SSL_LIB_ERROR_CATEGORY` | OpenSSL's reason |
 * | `ERR_UNKNOWN_OPTION` | `AVS_ERRNO_CATEGORY` | that of `EINVAL` |
 */
export class ContractError extends TlsError {
  /** What `avsCode` is a number of. */
  readonly category: ErrorCategory;
  /** The number of `category`. */
  readonly avsCategory: number;
  /** What the C interface has as the `code` of its `avs_error_t`. */
  readonly avsCode: number;
  /** With `EMSGSIZE` from a receive: how many bytes are in the buffer; the rest of the message is lost. */
  declare readonly received?: number;

  constructor(code: string, message: string, details: ContractErrorDetails = {}) {
    const { category = 'AVS_ERRNO_CATEGORY', avsCode = avsErrno(code), ...rest } = details;
    super(code, message, rest);
    this.category = category;
    this.avsCategory = categoryNumbers[category];
    this.avsCode = avsCode;
  }
}
Object.defineProperty(ContractError.prototype, 'name', { value: 'ContractError', configurable: true, writable: true });
