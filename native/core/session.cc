#include "session.h"

#include <algorithm>
#include <climits>

namespace core {
namespace {

void free_ciphers(STACK_OF(SSL_CIPHER) * ciphers) { sk_SSL_CIPHER_free(ciphers); }
using CipherStackPtr = OpensslPtr<STACK_OF(SSL_CIPHER), free_ciphers>;

constexpr size_t kMasterSecretSize = 48;  ///< up to TLS 1.2

bool is_dtls_version(int version) { return version >> 8 == DTLS1_VERSION_MAJOR; }

bool version_allowed(SSL* ssl, int version) {
  const bool dtls = SSL_is_dtls(ssl) == 1;
  if (is_dtls_version(version) != dtls) return false;
  const auto older = [dtls](int a, int b) { return dtls ? a > b : a < b; };  // DTLS counts down
  const int lowest = static_cast<int>(SSL_get_min_proto_version(ssl));
  const int highest = static_cast<int>(SSL_get_max_proto_version(ssl));
  return !(lowest != 0 && older(version, lowest)) && !(highest != 0 && older(highest, version));
}

bool is_tls13_cipher(const SSL_CIPHER* cipher) { return SSL_CIPHER_get_protocol_id(cipher) >> 8 == 0x13; }

/// Up to TLS 1.2 the suite itself must be on offer: a server that takes the session up and misses the suite answers
/// with illegal_parameter. In TLS 1.3 a session goes with every suite of the same hash (RFC 8446 4.2.11).
bool goes_with(const SSL_CIPHER* wanted, const SSL_CIPHER* offered) {
  if (!is_tls13_cipher(wanted)) return SSL_CIPHER_get_id(wanted) == SSL_CIPHER_get_id(offered);
  return is_tls13_cipher(offered) &&
         SSL_CIPHER_get_handshake_digest(wanted) == SSL_CIPHER_get_handshake_digest(offered);
}

bool cipher_offered(SSL* ssl, const SSL_SESSION* session) {
  const SSL_CIPHER* wanted = SSL_SESSION_get0_cipher(session);
  if (wanted == nullptr) return false;
  const CipherStackPtr offered(SSL_get1_supported_ciphers(ssl));
  for (int i = 0; i < sk_SSL_CIPHER_num(offered.get()); ++i) {
    if (goes_with(wanted, sk_SSL_CIPHER_value(offered.get(), i))) return true;
  }
  return false;
}

bool has_secret(const SSL_SESSION* session) {
  const size_t size = SSL_SESSION_get_master_key(session, nullptr, 0);
  return SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION ? size > 0 : size == kMasterSecretSize;
}

/// Whether it was made under a session id context, as servers have them. A client has none, and libssl ends a handshake
/// that resumes a session of another context than its own.
bool is_scoped(const SSL_SESSION* session) {
  unsigned int length = 0;
  SSL_SESSION_get0_id_context(session, &length);
  return length > 0;
}

/// Whether the lifetime is over that the server gave its ticket. How long it keeps a session without one, it alone
/// knows: the timeout in the session is the client's own, and a device may sleep for days. There is no clock in core: a
/// fresh session has the time at which libssl sees itself, and by which it dates all of them.
bool expired(const SSL_SESSION* session) {
  const SslSessionPtr fresh(SSL_SESSION_new());
  if (!fresh) return true;
  const int64_t age = static_cast<int64_t>(SSL_SESSION_get_time(fresh.get())) - SSL_SESSION_get_time(session);
  const auto hint = static_cast<int64_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
  return hint != 0 && age > hint;
}

}  // namespace

SslSessionPtr parse_session(ByteView der) {
  if (der.empty() || der.size() > INT_MAX) return nullptr;
  const ErrorQueueGuard guard;
  const unsigned char* at = der.data();
  SslSessionPtr session(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(der.size())));
  const bool padded = std::all_of(at, der.data() + der.size(), [](uint8_t byte) { return byte == 0; });
  return padded ? std::move(session) : nullptr;
}

std::vector<uint8_t> serialize_session(SSL_SESSION* session) {
  const ErrorQueueGuard guard;
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) return {};
  std::vector<uint8_t> der(static_cast<size_t>(size));
  unsigned char* at = der.data();
  if (i2d_SSL_SESSION(session, &at) == size) return der;
  OPENSSL_cleanse(der.data(), der.size());
  return {};
}

bool may_offer(SSL* ssl, const SSL_SESSION* session) {
  const ErrorQueueGuard guard;
  return SSL_SESSION_is_resumable(session) == 1 && has_secret(session) && !expired(session) && !is_scoped(session) &&
         version_allowed(ssl, SSL_SESSION_get_protocol_version(session)) && cipher_offered(ssl, session);
}

}  // namespace core
