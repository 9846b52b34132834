import { native } from '../binding.js';
import { invalidSecret } from '../options/check.js';
import { inContractTerms } from './errors/convert.js';

/**
 * Makes the library ready. Nothing has to call it: the library is initialised when this package is loaded, once per
 * process, and creating a socket does the rest. May be called at any time, as often as one likes, also after
 * {@link cleanupGlobalSslState}. `_avs_net_initialize_global_ssl_state`.
 */
export function initializeGlobalSslState(): void {
  native.opensslVersion();
}

/**
 * The counterpart of {@link initializeGlobalSslState}. Sockets that exist go on working, and new ones can be created:
 * the library's memory is shared with the other users of this package in the process, and goes with the process.
 * `_avs_net_cleanup_global_ssl_state`.
 */
export function cleanupGlobalSslState(): void {
  // Nothing is kept that is not owned by a socket.
}

/**
 * Overwrites a secret so that no compiler can leave it out. Throws `EINVAL` for what is no Uint8Array.
 * `avs_crypto_clear_buffer`, `OPENSSL_cleanse`.
 */
export function clearBuffer(buffer: Uint8Array): void {
  inContractTerms('clearBuffer', () => {
    if (!(buffer instanceof Uint8Array)) throw invalidSecret('buffer', buffer, 'a Uint8Array');
    native.cleanse(buffer);
  });
}
