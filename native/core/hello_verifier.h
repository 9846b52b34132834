#pragma once

#include <array>

#include "address.h"
#include "client_hello.h"
#include "clock.h"
#include "openssl.h"

namespace core {

/// Stateless cookie exchange of a server (RFC 6347 4.2.1): proves that a client can be reached at its address before
/// anything is kept for it. Nothing is allocated per hello. The cookie is a truncated HMAC-SHA256 over the address, the
/// client's version, random and cipher suites; its first byte names the secret. Secrets are replaced every kRotation;
/// the previous one is accepted for as long again.
///
/// Of a ClientHello in fragments the first one is judged, and has to hold all that the cookie covers. That must be the
/// same in whole hellos and in fragmented ones: the cookie makes the second hello larger, so a client may well send the
/// first one whole and the second one in two pieces, which the MTU cuts anywhere. Hence what stands behind the cipher
/// suites, compression methods and extensions, is not covered. Nothing is lost by it: the proof is in the address, and
/// the random, which no two handshakes share, ties the cookie to one of them.
class HelloVerifier {
 public:
  static constexpr Micros kRotation = 60'000'000;
  static constexpr size_t kCookieSize = 32;
  static constexpr size_t kReplySize = RecordHeader::kSize + 12 + 3 + kCookieSize;

  enum class Verdict {
    kVerified,   ///< the cookie is ours and fresh
    kReply,      ///< no cookie: answer with the HelloVerifyRequest in `reply`
    kBadCookie,  ///< a cookie that is not ours: answered the same way (RFC 6347 asks for it), counted apart
    kMalformed,  ///< not a ClientHello, or too little of one: drop
  };

  HelloVerifier();
  HelloVerifier(const HelloVerifier&) = delete;
  HelloVerifier& operator=(const HelloVerifier&) = delete;
  ~HelloVerifier();

  using Reply = std::array<uint8_t, kReplySize>;
  /// `hello` is filled in unless kMalformed; its views borrow from `datagram`.
  Verdict check(ByteView datagram, const Address& from, Micros now, ClientHello& hello, Reply& reply);

 private:
  using Cookie = std::array<uint8_t, kCookieSize>;

  struct Generation {
    std::array<uint8_t, 32> secret{};
    HmacCtxPtr hmac;  ///< keyed once; each use starts from a copy of that state
    bool usable = false;
  };

  void rotate_if_due(Micros now);
  void renew(Generation& generation);
  bool make_cookie(Generation& generation, uint8_t number, const ClientHello& hello, const Address& from, Cookie& out);

  std::array<Generation, 2> generations_;  ///< the even and the odd number
  uint8_t current_ = 0;
  Micros current_since_ = 0;
  bool started_ = false;
};

}  // namespace core
