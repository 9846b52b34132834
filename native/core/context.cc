#include "context.h"

#include <algorithm>
#include <cstring>

#include "association.h"
#include "cipher_suite.h"

namespace core {
namespace {

constexpr uint8_t kClientKeyExchangeType = 16;
constexpr size_t kHandshakeHeader = 12;

/// Cookies are HelloVerifier's business: libssl only ever sees a ClientHello that it has verified, and what libssl
/// answers to the copies without cookie that Association::skip_hellos() shows it never leaves the process.
int accept_verified_cookie(SSL*, const unsigned char*, unsigned int) { return 1; }
int make_unused_cookie(SSL*, unsigned char* cookie, unsigned int* size) {
  cookie[0] = 0;
  *size = 1;
  return 1;
}

/// Key for the identity as it stood on the wire, not for the C string that libssl made of it (cut at a NUL).
/// Returning 0 makes libssl answer with unknown_psk_identity.
unsigned int server_psk(SSL* ssl, const char*, unsigned char* out, unsigned int room) {
  const Secret* key = Association::of(ssl).server_psk();
  if (key == nullptr || key->view().size() > room) return 0;
  std::memcpy(out, key->view().data(), key->view().size());
  return static_cast<unsigned int>(key->view().size());
}

unsigned int client_psk(SSL* ssl, const char*, char* identity, unsigned int identity_room, unsigned char* out,
                        unsigned int room) {
  const ClientCredentials& credentials = Association::of(ssl).credentials();
  const ByteView key = credentials.key.view();
  if (credentials.identity.size() >= identity_room || key.size() > room) return 0;
  std::memcpy(identity, credentials.identity.c_str(), credentials.identity.size() + 1);
  std::memcpy(out, key.data(), key.size());
  return static_cast<unsigned int>(key.size());
}

/// Sees handshake messages before libssl acts on them; only ClientKeyExchange matters.
void on_message(int written, int, int content_type, const void* bytes, size_t size, SSL* ssl, void*) {
  if (written != 0 || content_type != SSL3_RT_HANDSHAKE || size < kHandshakeHeader) return;
  const auto* message = static_cast<const uint8_t*>(bytes);
  if (message[0] != kClientKeyExchangeType) return;
  Association::of(ssl).on_client_key_exchange({message + kHandshakeHeader, size - kHandshakeHeader});
}

void on_info(const SSL* ssl, int where, int value) {
  if (where == SSL_CB_READ_ALERT) Association::of(ssl).on_alert_received(value);
}

void on_key_log(const SSL* ssl, const char* line) { Association::of(ssl).on_key_log_line(line); }

std::string openssl_cipher_list(const std::vector<uint16_t>& ids) {
  std::string list;
  for (const uint16_t id : ids) {
    const CipherSuite* suite = find_cipher_suite(id);
    if (suite == nullptr) continue;
    if (!list.empty()) list += ':';
    list += suite->openssl;
  }
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
  // OpenSSL 3 counts an 8-byte tag as 64 bits of security and refuses CCM_8 above level 0.
  if (list.find("CCM8") != std::string::npos) list += ":@SECLEVEL=0";
#endif
  return list;
}

/// The least that libssl takes for SSL_CTX_set_max_send_fragment.
constexpr int kMinSendFragment = 512;

/// Nothing is signed with a pre-shared key, but libssl offers and compares its whole list in every handshake.
constexpr char kShortestSignatureList[] = "ECDSA+SHA256";

bool configure(SSL_CTX* ctx, const ContextOptions& options) {
  SSL_CTX_set_security_level(ctx, 2);
  // No renegotiation: it would change keys under an association. No tickets: sessions are not kept yet.
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  // With encrypt-then-MAC libssl 1.1.1 ends a DTLS association at the first record whose MAC is wrong, so one forged
  // datagram would do. Without it such records are dropped in silence, in constant time.
  SSL_CTX_set_options(ctx, SSL_OP_NO_ENCRYPT_THEN_MAC);
  if (options.prefer_own_order) SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  // Nothing larger than a datagram is ever sent, and the write buffer of each association is made for this.
  SSL_CTX_set_max_send_fragment(ctx, std::clamp(options.mtu, kMinSendFragment, SSL3_RT_MAX_PLAIN_LENGTH));
  SSL_CTX_set_msg_callback(ctx, on_message);
  SSL_CTX_set_info_callback(ctx, on_info);
  SSL_CTX_set_cookie_verify_cb(ctx, accept_verified_cookie);
  SSL_CTX_set_cookie_generate_cb(ctx, make_unused_cookie);
  if (options.role == Role::kServer) {
    SSL_CTX_set_psk_server_callback(ctx, server_psk);
  } else {
    // A server that offers a certificate instead of proving the key must be refused.
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_psk_client_callback(ctx, client_psk);
  }
  return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set1_groups_list(ctx, "P-256:X25519:P-384") == 1 &&
         SSL_CTX_set1_sigalgs_list(ctx, kShortestSignatureList) == 1 &&
         SSL_CTX_set_cipher_list(ctx, openssl_cipher_list(options.cipher_suites).c_str()) == 1;
}

}  // namespace

std::shared_ptr<Context> Context::create(ContextOptions options) {
  ERR_clear_error();  // what is left in it afterwards is the reason
  SslCtxPtr ctx(SSL_CTX_new(options.role == Role::kServer ? DTLS_server_method() : DTLS_client_method()));
  if (!ctx || !configure(ctx.get(), options)) return nullptr;
  return std::shared_ptr<Context>(new Context(std::move(options), std::move(ctx)));
}

void Context::enable_keylog() { SSL_CTX_set_keylog_callback(ctx_.get(), on_key_log); }

}  // namespace core
