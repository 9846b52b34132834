#pragma once

#include <utility>
#include <vector>

#include "bytes.h"
#include "openssl.h"

namespace core {

template <typename T>
struct BioMethod;

/// The BIO of one Stream: reads borrowed bytes in place, writes into a buffer that grows.
class StreamBio {
 public:
  StreamBio();
  StreamBio(const StreamBio&) = delete;
  StreamBio& operator=(const StreamBio&) = delete;

  /// Null when memory ran out at construction.
  BIO* bio() const { return bio_.get(); }

  /// Lends `bytes` for reading, after what keep_unread() has kept. They must stay until keep_unread().
  void feed(ByteView bytes);
  /// Copies what is left of the lent bytes: libssl stops reading while it waits for an answer of ours, or for good.
  void keep_unread();

  size_t kept() const { return kept_.size(); }

  bool has_output() const { return !output_.empty(); }
  std::vector<uint8_t> take_output() { return std::exchange(output_, {}); }

 private:
  friend struct BioMethod<StreamBio>;
  int read(char* out, int size);
  int write(const char* bytes, int size);
  long control(int command, long number, void* pointer);

  BioPtr bio_;
  ByteView incoming_;
  std::vector<uint8_t> kept_;
  std::vector<uint8_t> output_;
};

}  // namespace core
