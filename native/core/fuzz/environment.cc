// OpenSSL as the fuzz targets see it: an input means the same in every run. Linked into nothing else: with this, keys
// are known to everybody.

#include <sys/time.h>

#include <ctime>

#include "../library.h"
#include "../openssl.h"
#include "fuzz.h"

namespace {

/// When all of it happens, to libssl: certificates are made then, and sessions dated.
constexpr time_t kNow = 1'750'000'000;

uint64_t state = 0;

/// SplitMix64.
uint64_t next_number() {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

int predictable_bytes(unsigned char* out, int size) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(next_number());
  return 1;
}

int always_ready() { return 1; }

const RAND_METHOD predictable = {nullptr, predictable_bytes, nullptr, nullptr, predictable_bytes, always_ready};

}  // namespace

/// FNV-1a.
void start_over(core::ByteView input) {
  state = 0xcbf29ce484222325;
  for (const uint8_t byte : input) state = (state ^ byte) * 0x100000001b3;
}

extern "C" {

// By the linker's --wrap.
time_t __wrap_time(time_t* out) {
  if (out != nullptr) *out = kNow;
  return kNow;
}
int __wrap_gettimeofday(timeval* out, void*) {
  *out = {kNow, 0};
  return 0;
}

int LLVMFuzzerInitialize(int*, char***) {
  REQUIRE(core::initialize_library());
  REQUIRE(RAND_set_rand_method(&predictable) == 1);
  start_over({});
  return 0;
}
}
