#pragma once

#include <cstdint>

namespace core {

/// PCG-XSH-RR 64/32 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
/// Number Generation", 2014). For faults that can be repeated: predictable on purpose, never for anything secret.
class Pcg32 {
 public:
  /// Generators of the same seed and different streams are independent of each other.
  Pcg32(uint64_t seed, uint64_t stream) : increment_(stream << 1 | 1) {
    next();
    state_ += seed;
    next();
  }

  uint32_t next() {
    const uint64_t old = state_;
    state_ = old * 6364136223846793005 + increment_;
    const uint32_t mixed = static_cast<uint32_t>(((old >> 18) ^ old) >> 27);
    const uint32_t rotation = static_cast<uint32_t>(old >> 59);
    return mixed >> rotation | mixed << (-rotation & 31);
  }

  /// From 0 up to, but not, `bound`; 0 for a bound of 0. One draw whatever comes: the bias is below bound / 2^32.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(uint64_t{next()} * bound >> 32); }

 private:
  uint64_t state_ = 0;
  const uint64_t increment_;
};

}  // namespace core
