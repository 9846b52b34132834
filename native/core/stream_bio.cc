#include "stream_bio.h"

#include <algorithm>
#include <cstring>

#include "bio_method.h"

namespace core {

StreamBio::StreamBio() : bio_(BIO_new(BioMethod<StreamBio>::instance("lwm2m-tls stream"))) {
  if (bio_) BIO_set_data(bio_.get(), this);
}

void StreamBio::feed(ByteView bytes) {
  if (kept_.empty()) {
    incoming_ = bytes;
    return;
  }
  kept_.insert(kept_.end(), bytes.begin(), bytes.end());
  incoming_ = kept_;
}

void StreamBio::keep_unread() {
  std::vector<uint8_t> rest(incoming_.begin(), incoming_.end());
  kept_ = std::move(rest);
  incoming_ = kept_;
}

int StreamBio::read(char* out, int size) {
  BIO_clear_retry_flags(bio_.get());
  if (incoming_.empty()) {
    BIO_set_retry_read(bio_.get());
    return -1;
  }
  const size_t taken = std::min(incoming_.size(), static_cast<size_t>(size));
  std::memcpy(out, incoming_.data(), taken);
  incoming_ = incoming_.subspan(taken);
  return static_cast<int>(taken);
}

int StreamBio::write(const char* bytes, int size) {
  BIO_clear_retry_flags(bio_.get());
  if (size <= 0) return -1;
  const auto* first = reinterpret_cast<const uint8_t*>(bytes);
  output_.insert(output_.end(), first, first + size);
  return size;
}

long StreamBio::control(int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

}  // namespace core
