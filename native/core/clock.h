#pragma once

#include <cstdint>
#include <limits>

namespace core {

/// Microseconds on the caller's monotonic clock. Core never reads a clock: time is a parameter.
using Micros = uint64_t;

constexpr Micros kNever = std::numeric_limits<Micros>::max();

}  // namespace core
