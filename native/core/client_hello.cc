#include "client_hello.h"

#include <algorithm>
#include <array>

namespace core {
namespace {

constexpr size_t kHandshakeHeader = 12;
constexpr size_t kFragmentOffsetAt = 6;
constexpr uint8_t kClientHelloType = 1;
constexpr size_t kVersionAndRandom = 2 + 32;
constexpr size_t kMaxSessionId = 32;

/// Cursor over a hello body; every take() fails once one has failed.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  bool skip(size_t size) {
    ok_ = ok_ && size <= bytes_.size() - position_;
    if (ok_) position_ += size;
    return ok_;
  }
  size_t u8() {
    const size_t at = position_;
    return skip(1) ? bytes_[at] : 0;
  }
  size_t u16() {
    const size_t at = position_;
    return skip(2) ? read_u16(&bytes_[at]) : 0;
  }
  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  bool at_end() const { return position_ == bytes_.size(); }

 private:
  ByteView bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

bool well_formed_extensions(Reader& reader, size_t body_size) {
  if (reader.at_end()) return true;
  const size_t total = reader.u16();
  if (!reader.ok() || total != body_size - reader.position()) return false;
  while (reader.ok() && !reader.at_end()) {
    reader.skip(2);
    reader.skip(reader.u16());
  }
  return reader.ok();
}

bool parse_body(ByteView body, ClientHello& hello) {
  Reader reader(body);
  reader.skip(kVersionAndRandom);
  const size_t session_id = reader.u8();
  if (session_id > kMaxSessionId || !reader.skip(session_id)) return false;
  hello.before_cookie = body.first(reader.position());

  const size_t cookie = reader.u8();
  if (!reader.skip(cookie)) return false;
  hello.cookie = body.subspan(reader.position() - cookie, cookie);

  const size_t suites_at = reader.position();
  const size_t suites = reader.u16();
  if (suites < 2 || suites % 2 != 0 || !reader.skip(suites)) return false;
  hello.cipher_suites = body.subspan(suites_at, reader.position() - suites_at);
  if (!hello.whole) return true;

  const size_t compressions = reader.u8();
  if (compressions < 1 || !reader.skip(compressions)) return false;
  return well_formed_extensions(reader, body.size());
}

}  // namespace

std::vector<uint8_t> hello_without_cookie(const ClientHello& hello, uint16_t sequence) {
  constexpr std::array<uint8_t, 2> kNullCompression = {1, 0};
  const size_t body = hello.before_cookie.size() + 1 + hello.cipher_suites.size() + kNullCompression.size();
  std::vector<uint8_t> copy(RecordHeader::kSize + kHandshakeHeader + body);
  uint8_t* p = copy.data();
  p[0] = content_type::kHandshake;
  write_u16(p + 1, hello.record.version);
  write_u24(p + 8, sequence);
  write_u16(p + 11, static_cast<uint16_t>(kHandshakeHeader + body));
  p += RecordHeader::kSize;
  p[0] = kClientHelloType;
  write_u24(p + 1, static_cast<uint32_t>(body));
  write_u16(p + 4, sequence);
  write_u24(p + 9, static_cast<uint32_t>(body));
  p = std::ranges::copy(hello.before_cookie, p + kHandshakeHeader).out;
  *p++ = 0;  // no cookie
  p = std::ranges::copy(hello.cipher_suites, p).out;
  std::ranges::copy(kNullCompression, p);
  return copy;
}

bool looks_like_client_hello(ByteView datagram) {
  return datagram.size() >= RecordHeader::kSize + kHandshakeHeader && datagram[0] == content_type::kHandshake &&
         read_u16(&datagram[3]) == 0 && datagram[RecordHeader::kSize] == kClientHelloType &&
         read_u24(&datagram[RecordHeader::kSize + kFragmentOffsetAt]) == 0;
}

bool parse_client_hello(ByteView datagram, ClientHello& hello) {
  if (!looks_like_client_hello(datagram)) return false;
  ByteView rest = datagram;
  ByteView payload;
  if (!next_record(rest, hello.record, payload) || payload.size() < kHandshakeHeader) return false;

  hello.length = read_u24(&payload[1]);
  hello.message_sequence = read_u16(&payload[4]);
  const uint32_t fragment_length = read_u24(&payload[9]);
  hello.whole = fragment_length == hello.length;
  if (fragment_length > hello.length || payload.size() - kHandshakeHeader != fragment_length) return false;
  return parse_body(payload.subspan(kHandshakeHeader), hello);
}

}  // namespace core
