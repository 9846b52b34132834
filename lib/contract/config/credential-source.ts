/**
 * Where certificates, revocation lists, keys and PSK credentials come from: `avs_crypto_security_info_union_t`. Made by
 * {@link credentials}; bytes alone stand for a buffer.
 */
export type CredentialSource =
  | Uint8Array
  | { readonly source: 'empty' }
  | { readonly source: 'file'; readonly filename: string; readonly password?: string | undefined }
  | { readonly source: 'path'; readonly path: string }
  | { readonly source: 'buffer'; readonly buffer: Uint8Array; readonly password?: string | undefined }
  | { readonly source: 'array'; readonly elements: readonly CredentialSource[] }
  | { readonly source: 'list'; readonly elements: Iterable<CredentialSource> };

/**
 * The sources of credentials: `avs_crypto_security_info_union_t`. What they name is read and copied when a socket is
 * created, and checked there.
 *
 * @example
 * trustedCerts: credentials.array([credentials.file('root.pem'), credentials.buffer(derOfAnother)])
 */
export const credentials = Object.freeze({
  /** Nothing. `AVS_CRYPTO_DATA_SOURCE_EMPTY`. */
  empty: (): CredentialSource => ({ source: 'empty' }),
  /** A file, PEM or DER; the password is for an encrypted private key. `avs_crypto_..._from_file`. */
  file: (filename: string, password?: string): CredentialSource => ({ source: 'file', filename, password }),
  /** A directory of trust anchors by hash, as `c_rehash` makes it. `avs_crypto_certificate_chain_info_from_path`. */
  path: (path: string): CredentialSource => ({ source: 'path', path }),
  /** Bytes, PEM or DER; for PSK the bytes themselves. `avs_crypto_..._from_buffer`. */
  buffer: (buffer: Uint8Array, password?: string): CredentialSource => ({ source: 'buffer', buffer, password }),
  /** Several, each of any kind. `avs_crypto_..._from_array`. */
  array: (elements: readonly CredentialSource[]): CredentialSource => ({ source: 'array', elements }),
  /** Several of anything that can be iterated. `avs_crypto_..._from_list`. */
  list: (elements: Iterable<CredentialSource>): CredentialSource => ({ source: 'list', elements }),
});
