#include "identity_reader.h"

namespace core {
namespace {

constexpr uint8_t kClientKeyExchange = 16;
constexpr size_t kHandshakeHeader = 12;

/// One fragment with its header (RFC 6347 4.2.2).
struct Fragment {
  uint8_t type;
  uint32_t message_length;
  uint32_t offset;
  ByteView body;
};

/// Takes the next one off the front. False when what is left does not begin with a whole and consistent one.
bool next_fragment(ByteView& rest, Fragment& out) {
  if (rest.size() < kHandshakeHeader) return false;
  const size_t length = read_u24(&rest[9]);
  out.type = rest[0];
  out.message_length = read_u24(&rest[1]);
  out.offset = read_u24(&rest[6]);
  if (length > rest.size() - kHandshakeHeader) return false;
  if (out.offset > out.message_length || length > out.message_length - out.offset) return false;
  out.body = rest.subspan(kHandshakeHeader, length);
  rest = rest.subspan(kHandshakeHeader + length);
  return true;
}

}  // namespace

IdentityReader::Progress IdentityReader::read(ByteView fragments) {
  Fragment fragment;
  while (progress_ != Progress::kComplete && next_fragment(fragments, fragment)) {
    if (fragment.type == kClientKeyExchange) take(fragment.message_length, fragment.offset, fragment.body);
  }
  return progress_;
}

bool IdentityReader::concerns(ByteView fragments) {
  Fragment fragment;
  while (next_fragment(fragments, fragment)) {
    if (fragment.type == kClientKeyExchange) return true;
  }
  return false;
}

std::string_view IdentityReader::identity() const {
  return {reinterpret_cast<const char*>(bytes_.data()) + kLengthSize, identity_length_};
}

void IdentityReader::take(uint32_t message_length, uint32_t offset, ByteView body) {
  if (progress_ == Progress::kNothing) {
    message_length_ = message_length;
    progress_ = Progress::kIncomplete;
  }
  if (message_length != message_length_) return;
  for (size_t i = 0; i < body.size() && offset + i < kPrefix; ++i) {
    const size_t at = offset + i;
    if (known_[at]) continue;
    known_.set(at);
    bytes_[at] = body[i];
  }
  update();
}

bool IdentityReader::has(size_t from, size_t to) const {
  while (from < to && known_[from]) ++from;
  return from == to;
}

void IdentityReader::update() {
  size_t length = 0;
  if (message_length_ >= kLengthSize) {
    if (!has(0, kLengthSize)) return;
    length = read_u16(bytes_.data());
  }
  const bool fits = length <= PskTable::kMaxIdentity && kLengthSize + length <= message_length_;
  if (fits && !has(kLengthSize, kLengthSize + length)) return;
  identity_length_ = fits ? static_cast<uint8_t>(length) : 0;
  progress_ = Progress::kComplete;
}

}  // namespace core
