#pragma once

#include "bytes.h"
#include "openssl.h"
#include "secret.h"

namespace core {

/// The keys of a server's session tickets (RFC 5077), shared by processes and replaced from time to time. A key is 80
/// bytes: a name of 16, an AES-256-CBC key of 32, an HMAC-SHA-256 key of 32. The first seals, all of them open; a
/// ticket that another one opened is renewed. Whoever has the keys can read the sessions: they are wiped when they go.
class TicketKeys {
 public:
  static constexpr size_t kKeySize = 80;

  TicketKeys() = default;
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// Replaces all keys, also for SSLs that are there already. False, and nothing changes, unless `keys` is one or more.
  bool set(ByteView keys);

  /// Makes SSLs that are created from `ctx` from now on use these keys, whatever SSL_CTX the server name switches them
  /// to later. This object must outlive them. Does nothing before set(): libssl's own random keys remain.
  void install(SSL_CTX* ctx);

 private:
  struct Key;
  size_t count() const { return keys_.view().size() / kKeySize; }
  Key key(size_t index) const;
  int seal(uint8_t* name, uint8_t* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac) const;
  int open(const uint8_t* name, const uint8_t* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac) const;
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac,
                       int sealing);

  Secret keys_;
};

}  // namespace core
