#pragma once

#include <cstddef>

namespace core {

/// Memory for OpenSSL: free lists by size, per thread, last in first out. A handshake allocates and frees some hundred
/// blocks, two of them large; from here they come back while they are still in the cache.
///
/// Blocks may be freed by another thread than the one that allocated them; they then stay with that one. What a thread
/// keeps is bounded by kMaxKept, and given back when the thread ends. Contents are not wiped here: OpenSSL does that
/// (OPENSSL_clear_free) where it matters.
class MemoryPool {
 public:
  /// Bytes of free blocks that one thread keeps at most.
  static constexpr size_t kMaxKept = size_t{8} << 20;
  /// Larger blocks are malloc's business.
  static constexpr size_t kMaxPooled = 32 * 1024;

  /// Makes OpenSSL use the pool (CRYPTO_set_mem_functions). Only before OpenSSL has allocated anything; later calls
  /// change nothing. Builds with a sanitizer keep plain malloc, so that it sees each block.
  static void install();

  static void* allocate(size_t size);
  static void* reallocate(void* block, size_t size);
  static void release(void* block);

  /// Bytes of free blocks that the calling thread keeps.
  static size_t kept();
  /// Bytes that OpenSSL has allocated in the calling thread and not freed there; 0 when it does not use the pool.
  static size_t in_use();
};

}  // namespace core
