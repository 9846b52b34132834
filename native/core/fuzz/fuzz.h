#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../bytes.h"

/// A property that must hold for every input; one that does not is a crash, and libFuzzer keeps the input.
#define REQUIRE(condition)                                                           \
  do {                                                                               \
    if (!(condition)) {                                                              \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                  \
    }                                                                                \
  } while (false)

/// Before anything else; libFuzzer does it for the targets.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

/// To be called at the start of each input: what OpenSSL draws from here on follows from the input. It is another for
/// each, since libFuzzer learns the operands of comparisons: what was sealed or issued for one input must open nothing
/// in the next.
void start_over(core::ByteView input);

/// Bytes of the input, `most` of them at most. In a block of their own, so that reading outside of them is noticed.
inline std::vector<uint8_t> take_bytes(FuzzedDataProvider& input, uint16_t most) {
  return input.ConsumeBytes<uint8_t>(input.ConsumeIntegralInRange<uint16_t>(0, most));
}

/// Two bytes of the input, whatever `size` is: a script keeps its meaning when a datagram grows.
inline size_t take_index(FuzzedDataProvider& input, size_t size) { return input.ConsumeIntegral<uint16_t>() % size; }
