#pragma once

#include <cstdint>
#include <vector>

#include "bytes.h"
#include "openssl.h"

namespace core {

/// Key material: wiped when it is destroyed or replaced.
class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit Secret(std::vector<uint8_t>&& bytes) : bytes_(std::move(bytes)) { bytes.clear(); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    wipe();
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret() { wipe(); }

  ByteView view() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  void wipe() {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
    bytes_.clear();
  }

  std::vector<uint8_t> bytes_;
};

}  // namespace core
