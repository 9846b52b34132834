#include "library.h"

#include <mutex>

#include "memory_pool.h"
#include "openssl.h"

namespace core {

bool initialize_library() {
  static std::once_flag pool_installed;
  std::call_once(pool_installed, MemoryPool::install);
  constexpr uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_SSL_STRINGS |
                               OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_ADD_ALL_CIPHERS |
                               OPENSSL_INIT_ADD_ALL_DIGESTS;
  return OPENSSL_init_ssl(options, nullptr) == 1 && OpenSSL_version_num() == OPENSSL_VERSION_NUMBER;
}

const char* library_version() { return OpenSSL_version(OPENSSL_VERSION); }

}  // namespace core
