#include "hello_verifier.h"

#include <algorithm>
#include <cstring>

namespace core {
namespace {

constexpr uint8_t kHelloVerifyRequestType = 3;

/// HelloVerifyRequest in one record. Record and message sequence echo the hello's, as RFC 6347 4.2.1 asks; the
/// version is DTLS 1.0 whatever will be negotiated.
template <size_t Size, size_t CookieSize>
void write_hello_verify_request(const ClientHello& hello, const std::array<uint8_t, CookieSize>& cookie,
                                std::array<uint8_t, Size>& out) {
  constexpr uint32_t body = 3 + CookieSize;
  uint8_t* p = out.data();
  p[0] = content_type::kHandshake;
  write_u16(p + 1, kDtls10);
  write_u16(p + 3, 0);
  write_u24(p + 5, static_cast<uint32_t>(hello.record.sequence >> 24));
  write_u24(p + 8, static_cast<uint32_t>(hello.record.sequence & 0xffffff));
  write_u16(p + 11, 12 + body);
  p += RecordHeader::kSize;
  p[0] = kHelloVerifyRequestType;
  write_u24(p + 1, body);
  write_u16(p + 4, hello.message_sequence);
  write_u24(p + 6, 0);
  write_u24(p + 9, body);
  p += 12;
  write_u16(p, kDtls10);
  p[2] = CookieSize;
  std::memcpy(p + 3, cookie.data(), CookieSize);
}

}  // namespace

HelloVerifier::HelloVerifier() {
  for (Generation& generation : generations_) generation.hmac.reset(HMAC_CTX_new());
}

HelloVerifier::~HelloVerifier() {
  for (Generation& generation : generations_) OPENSSL_cleanse(generation.secret.data(), generation.secret.size());
}

HelloVerifier::Verdict HelloVerifier::check(ByteView datagram, const Address& from, Micros now, ClientHello& hello,
                                            Reply& reply) {
  if (!parse_client_hello(datagram, hello)) return Verdict::kMalformed;
  rotate_if_due(now);

  Cookie expected;
  if (hello.cookie.size() == kCookieSize) {
    const uint8_t number = hello.cookie[0];
    Generation& generation = generations_[number & 1];
    const bool known = number == current_ || number == static_cast<uint8_t>(current_ - 1);
    if (known && generation.usable && make_cookie(generation, number, hello, from, expected) &&
        CRYPTO_memcmp(expected.data(), hello.cookie.data(), kCookieSize) == 0) {
      return Verdict::kVerified;
    }
  }

  if (!make_cookie(generations_[current_ & 1], current_, hello, from, expected)) return Verdict::kMalformed;
  write_hello_verify_request(hello, expected, reply);
  return hello.cookie.empty() ? Verdict::kReply : Verdict::kBadCookie;
}

void HelloVerifier::rotate_if_due(Micros now) {
  if (!started_) {
    started_ = true;
    current_since_ = now;
    renew(generations_[current_ & 1]);
    return;
  }
  const Micros age = now - current_since_;
  if (age < kRotation) return;
  // After a pause of two periods the secret that was current is too old to be "previous" as well. After a shorter one
  // the new secret is as old as if it had been made in time, or the previous one would be accepted for too long.
  const bool paused = age >= 2 * kRotation;
  if (paused) generations_[current_ & 1].usable = false;
  current_since_ = paused ? now : current_since_ + kRotation;
  ++current_;
  renew(generations_[current_ & 1]);
}

void HelloVerifier::renew(Generation& generation) {
  generation.usable = RAND_bytes(generation.secret.data(), static_cast<int>(generation.secret.size())) == 1 &&
                      generation.hmac != nullptr &&
                      HMAC_Init_ex(generation.hmac.get(), generation.secret.data(),
                                   static_cast<int>(generation.secret.size()), EVP_sha256(), nullptr) == 1;
}

bool HelloVerifier::make_cookie(Generation& generation, uint8_t number, const ClientHello& hello, const Address& from,
                                Cookie& out) {
  if (!generation.usable) return false;
  std::array<uint8_t, 40> address{};
  std::copy(from.ip.begin(), from.ip.end(), address.begin());
  std::copy(from.local.begin(), from.local.end(), address.begin() + 16);
  address[32] = from.family;
  write_u16(&address[34], from.port);
  std::memcpy(&address[36], &from.scope, sizeof from.scope);

  // Without the session id: Mbed TLS makes up another one for the second hello when it has a ticket. Without what comes
  // behind the cipher suites: it may be in a later fragment.
  const ByteView version_and_random = hello.version_and_random();
  HMAC_CTX* hmac = generation.hmac.get();
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  const bool done = HMAC_Init_ex(hmac, nullptr, 0, nullptr, nullptr) == 1 &&
                    HMAC_Update(hmac, address.data(), address.size()) == 1 &&
                    HMAC_Update(hmac, version_and_random.data(), version_and_random.size()) == 1 &&
                    HMAC_Update(hmac, hello.cipher_suites.data(), hello.cipher_suites.size()) == 1 &&
                    HMAC_Final(hmac, digest.data(), &size) == 1 && size >= kCookieSize - 1;
  if (!done) return false;
  out[0] = number;
  std::memcpy(&out[1], digest.data(), kCookieSize - 1);
  return true;
}

}  // namespace core
