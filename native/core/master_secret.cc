#include "master_secret.h"

#include <algorithm>
#include <iterator>

#include "tls12_prf.h"

namespace core {
namespace {

/// Of the handshake itself (RFC 5705 section 4). As libssl does it: no label may begin with one of these either.
bool is_reserved(std::string_view label) {
  constexpr std::string_view kReserved[] = {"client finished", "server finished", "master secret",
                                            "extended master secret", "key expansion"};
  return std::any_of(std::begin(kReserved), std::end(kReserved),
                     [label](std::string_view reserved) { return label.starts_with(reserved); });
}

}  // namespace

bool MasterSecret::read(const SSL* ssl) {
  const SSL_SESSION* session = SSL_get_session(ssl);
  valid_ = session != nullptr && SSL_SESSION_get_master_key(session, nullptr, 0) == secret_.size() &&
           SSL_SESSION_get_master_key(session, secret_.data(), secret_.size()) == secret_.size() &&
           SSL_get_client_random(ssl, client_random_.data(), client_random_.size()) == client_random_.size() &&
           SSL_get_server_random(ssl, server_random_.data(), server_random_.size()) == server_random_.size();
  return valid_;
}

bool MasterSecret::key_block(const EVP_MD* digest, std::span<uint8_t> out) const {
  return valid_ && tls12_prf(digest, secret_, "key expansion", {server_random_, client_random_}, out);
}

bool MasterSecret::export_keying_material(const EVP_MD* digest, std::string_view label, const ByteView* context,
                                          std::span<uint8_t> out) const {
  if (!valid_ || is_reserved(label)) return false;
  if (context == nullptr) return tls12_prf(digest, secret_, label, {client_random_, server_random_}, out);
  if (context->size() > UINT16_MAX) return false;
  std::array<uint8_t, 2> size;
  write_u16(size.data(), static_cast<uint16_t>(context->size()));
  return tls12_prf(digest, secret_, label, {client_random_, server_random_, size, *context}, out);
}

}  // namespace core
