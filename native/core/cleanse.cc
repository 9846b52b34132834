#include <cstddef>
#include <cstring>

/// Takes the place of OPENSSL_cleanse where the linker offers --wrap (binding.gyp): OpenSSL's own clears eight bytes at
/// a time, which is a twentieth of a PSK handshake, since its buffers are wiped whole. The empty statement tells the
/// compiler that the memory is read afterwards, so it may not drop the memset.
extern "C" void __wrap_OPENSSL_cleanse(void* memory, size_t size) {
  if (size == 0) return;
  std::memset(memory, 0, size);
  __asm__ volatile("" : : "r"(memory) : "memory");
}
