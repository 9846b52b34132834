#include "stream_bio.h"

#include <algorithm>
#include <cstring>

namespace core {

struct StreamBioMethod {
  static StreamBio& self(BIO* bio) { return *static_cast<StreamBio*>(BIO_get_data(bio)); }
  static int read(BIO* bio, char* out, int size) { return self(bio).read(out, size); }
  static int write(BIO* bio, const char* bytes, int size) { return self(bio).write(bytes, size); }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  /// Made once, never freed: BIOs of any thread refer to it until the process ends.
  static const BIO_METHOD* instance() {
    static const BIO_METHOD* const method = make();
    return method;
  }
  static const BIO_METHOD* make() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lwm2m-tls stream");
    if (method == nullptr) return nullptr;
    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, write);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, create);
    return method;
  }
};

StreamBio::StreamBio() : bio_(BIO_new(StreamBioMethod::instance())) {
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

}  // namespace core
