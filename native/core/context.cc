#include "context.h"

#include <algorithm>
#include <array>

#include "cipher_suite.h"
#include "connection_callbacks.h"
#include "dane.h"
#include "trust.h"

namespace core {
namespace {

constexpr char kGroups[] = "P-256:X25519:P-384";
/// Nothing is signed with a pre-shared key, but libssl offers and compares its whole list in every handshake.
constexpr char kShortestSignatureList[] = "ECDSA+SHA256";
/// Without SHA-1, which lower security levels than 2 may still want.
constexpr char kSignatureList[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:"
    "RSA+SHA384:RSA+SHA512";

const SSL_METHOD* method_for(const ContextOptions& options) {
  const bool server = options.role == Role::kServer;
  if (options.transport == Transport::kDatagram) return server ? DTLS_server_method() : DTLS_client_method();
  return server ? TLS_server_method() : TLS_client_method();
}

std::string joined_names(const std::vector<uint16_t>& ids, bool tls13) {
  std::string list;
  for (const uint16_t id : ids) {
    const CipherSuite* suite = find_cipher_suite(id);
    if (suite == nullptr || (suite->kind == SuiteKind::kTls13) != tls13) continue;
    if (!list.empty()) list += ':';
    list += suite->openssl;
  }
  return list;
}

int effective_security_level(const ContextOptions& options) {
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
  // OpenSSL 3 counts an 8-byte tag as 64 bits of security and refuses CCM_8 above level 0.
  for (const uint16_t id : options.cipher_suites) {
    const CipherSuite* suite = find_cipher_suite(id);
    if (suite != nullptr && std::string_view(suite->openssl).find("CCM8") != std::string_view::npos) return 0;
  }
#endif
  return options.security_level;
}

/// The one pre-shared key exchange with a certificate.
bool is_rsa_psk(const CipherSuite& suite) { return std::string_view(suite.openssl).starts_with("RSA-PSK"); }

bool fail(ContextError& error, const char* kind, const char* field, size_t index = 0) {
  error = {kind, field, index, take_library_failure()};
  return false;
}

const char* kind_of(LoadError error) {
  switch (error) {
    case LoadError::kUnparsable:
      return "unparsable";
    case LoadError::kTrailing:
      return "trailing";
    case LoadError::kTooBig:
      return "tooBig";
    case LoadError::kMismatch:
      return "mismatch";
    case LoadError::kUnreadablePath:
      return "unreadablePath";
    default:
      return "library";
  }
}

bool check(LoadResult result, ContextError& error, const char* field) {
  return result || fail(error, kind_of(result.error), field, result.index);
}

/// What a client may choose its certificate by.
void name_trusted_authorities(SSL_CTX* ctx) {
  const STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx));
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
    if (authority != nullptr) SSL_CTX_add_client_CA(ctx, authority);
  }
}

int let_through(int, X509_STORE_CTX*) { return 1; }

/// A chain that goes through may have left errors all the same (let_through(), an unreadable file in a trust path), by
/// which SSL_get_error() would later take "wants to read" for a failure.
int verify_chain(X509_STORE_CTX* store, void*) {
  const int result = X509_verify_cert(store);
  if (result > 0) ERR_clear_error();
  return result;
}

}  // namespace

std::shared_ptr<Context> Context::create(ContextOptions options, const CredentialSources& sources,
                                         ContextError& error) {
  ERR_clear_error();  // what is left in it afterwards is the reason
  SslCtxPtr ctx(SSL_CTX_new(method_for(options)));
  if (!ctx) {
    fail(error, "library", nullptr);
    return nullptr;
  }
  std::shared_ptr<Context> context(new Context(std::move(options), std::move(ctx)));
  if (!context->set_up(sources, error)) return nullptr;
  ERR_clear_error();
  return context;
}

Context::Context(ContextOptions options, SslCtxPtr ctx) : options_(std::move(options)), ctx_(std::move(ctx)) {
  SSL_CTX_set_app_data(ctx_.get(), this);
  uses_certificates_ = std::any_of(options_.cipher_suites.begin(), options_.cipher_suites.end(), [](uint16_t id) {
    const CipherSuite* suite = find_cipher_suite(id);
    return suite != nullptr && (suite->kind != SuiteKind::kPsk || is_rsa_psk(*suite));
  });
}

/// An SSL may still hold the SSL_CTX, but no connection outlives its Context.
Context::~Context() { SSL_CTX_sess_set_remove_cb(ctx_.get(), nullptr); }

bool Context::set_up(const CredentialSources& sources, ContextError& error) {
  SSL_CTX_set_security_level(ctx_.get(), effective_security_level(options_));
  if (!set_protocol(error) || !set_cipher_suites(error)) return false;
  set_invariants();
  set_connection_callbacks(ctx_.get(), options_);
  if (!load(sources, error)) return false;
  set_verification();
  set_sessions();
  set_session_scope(sources);
  return true;
}

bool Context::set_protocol(ContextError& error) {
  SSL_CTX* ctx = ctx_.get();
  if (SSL_CTX_set_min_proto_version(ctx, options_.min_version) != 1) return fail(error, "version", "minVersion");
  if (SSL_CTX_set_max_proto_version(ctx, options_.max_version) != 1) return fail(error, "version", "maxVersion");
  if (options_.prefer_own_order) SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
  // In DTLS with encrypt-then-MAC libssl 1.1.1 ends an association at the first record whose MAC is wrong, so one
  // forged datagram would do. Without it such records are dropped in silence, in constant time.
  if (!options_.encrypt_then_mac) SSL_CTX_set_options(ctx, SSL_OP_NO_ENCRYPT_THEN_MAC);
  SSL_CTX_set_dh_auto(ctx, 1);
  if (options_.transport == Transport::kDatagram) {
    // Nothing larger than a datagram is ever sent, and the write buffer of each association is made for this.
    SSL_CTX_set_max_send_fragment(ctx, send_fragment(options_.mtu));
  } else {
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  }
  SSL_CTX_set_max_cert_list(ctx, static_cast<long>(kMaxCertificateMessage));
  const char* signatures = uses_certificates_ ? kSignatureList : kShortestSignatureList;
  const bool with_sha1 = uses_certificates_ && options_.security_level < 2;
  return (SSL_CTX_set1_groups_list(ctx, kGroups) == 1 &&
          (with_sha1 || SSL_CTX_set1_sigalgs_list(ctx, signatures) == 1)) ||
         fail(error, "library", nullptr);
}

/// What holds whatever configure() was told: no renegotiation (it would change keys under a connection), no
/// compression, no certificates that nobody configured.
void Context::set_invariants() {
  SSL_CTX_set_options(ctx_.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(ctx_.get(), SSL_MODE_NO_AUTO_CHAIN);
}

bool Context::set_cipher_suites(ContextError& error) {
  const std::string tls13 = joined_names(options_.cipher_suites, true);
  const std::string older = joined_names(options_.cipher_suites, false);
  const bool speaks_tls13 =
      options_.transport == Transport::kStream && (options_.max_version == 0 || options_.max_version == TLS1_3_VERSION);
  const bool tls13_counts = speaks_tls13 && !tls13.empty();
  if (SSL_CTX_set_ciphersuites(ctx_.get(), tls13.c_str()) != 1) return fail(error, "noCiphers", "cipherSuites");
  if (speaks_tls13 && tls13.empty()) {
    // libssl would negotiate a version that it has no suites for, and fail then.
    if (options_.min_version == TLS1_3_VERSION) return fail(error, "noCiphers", "cipherSuites");
    SSL_CTX_set_max_proto_version(ctx_.get(), TLS1_2_VERSION);
  }
  if (older.empty() && tls13_counts) {
    SSL_CTX_set_cipher_list(ctx_.get(), "-ALL");  // says that nothing is left, which is what is wanted
    ERR_clear_error();
    return true;
  }
  if (SSL_CTX_set_cipher_list(ctx_.get(), older.c_str()) == 1) return true;
  return fail(error, "noCiphers", "cipherSuites");
}

bool Context::load(const CredentialSources& sources, ContextError& error) {
  SSL_CTX* ctx = ctx_.get();
  X509_STORE* store = SSL_CTX_get_cert_store(ctx);
  if (!sources.certificates.empty()) {
    if (!check(use_certificates(ctx, sources.certificates), error, "certificates")) return false;
    if (!check(use_private_key(ctx, sources.private_key, sources.passphrase), error, "privateKey")) return false;
  }
  if (!check(add_trust_anchors(store, sources.trust_anchors), error, "trustAnchors")) return false;
  for (size_t i = 0; i < sources.trust_paths.size(); ++i) {
    LoadResult result = add_trust_path(store, sources.trust_paths[i]);
    result.index = i;
    if (!check(result, error, "trustPaths")) return false;
  }
  if (!check(add_crls(store, sources.crls), error, "crls")) return false;
  if (sources.system_trust) add_system_trust(store);
  if (sources.rebuild_chain && !rebuild_chain(ctx, store)) return fail(error, "unparsable", "certificates");
  return true;
}

void Context::set_verification() {
  SSL_CTX* ctx = ctx_.get();
  const bool server = options_.role == Role::kServer;
  switch (options_.verify) {
    case Verify::kNone:
      SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);
      break;
    case Verify::kRequest:
      SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, let_through);
      break;
    case Verify::kRequire:
      SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (server ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
      break;
  }
  SSL_CTX_set_cert_verify_callback(ctx, verify_chain, nullptr);
  if (server && options_.verify != Verify::kNone) name_trusted_authorities(ctx);
  if (options_.dane) enable_dane(ctx);
}

void Context::set_sessions() {
  SSL_CTX* ctx = ctx_.get();
  if (!options_.sessions || !options_.tickets) SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  if (!options_.sessions) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 0);
    return;
  }
  set_session_callbacks(ctx, options_);
  if (options_.role == Role::kClient) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    return;
  }
  const bool internal = options_.session_cache_size > 0 && !options_.external_sessions;
  // Without NO_AUTO_CLEAR libssl walks the whole cache every 255 handshakes: 6 ms when it is full. An expired session
  // is not resumed either way, and goes when it is asked for or its room is needed.
  SSL_CTX_set_session_cache_mode(
      ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR | (internal ? 0 : SSL_SESS_CACHE_NO_INTERNAL));
  SSL_CTX_sess_set_cache_size(ctx, std::max(options_.session_cache_size, 1));
  SSL_CTX_set_timeout(ctx, options_.session_timeout);
  // Only the newest session of a handshake is reported.
  if (options_.external_sessions) SSL_CTX_set_num_tickets(ctx, 1);
}

/// A session counts only where clients are held to the same: it stands for a verified certificate. The same options
/// give the same value in every process. Without sessions of its own, a context may still be that of a server name.
void Context::set_session_scope(const CredentialSources& sources) {
  if (options_.role != Role::kServer) return;
  std::array<uint8_t, SSL_MAX_SID_CTX_LENGTH> id{};
  const std::unique_ptr<EVP_MD_CTX, OpensslDeleter<EVP_MD_CTX, EVP_MD_CTX_free>> hash(EVP_MD_CTX_new());
  const auto add = [&hash](ByteView bytes) {
    const uint64_t size = bytes.size();
    EVP_DigestUpdate(hash.get(), &size, sizeof size);
    EVP_DigestUpdate(hash.get(), bytes.data(), bytes.size());
  };
  EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr);
  const uint8_t mode[] = {static_cast<uint8_t>(options_.transport), static_cast<uint8_t>(options_.verify),
                          static_cast<uint8_t>(sources.system_trust)};
  add(mode);
  for (const ByteView anchor : sources.trust_anchors) add(anchor);
  add({});
  for (const std::string& path : sources.trust_paths) add(bytes_of(path));
  add({});
  for (const ByteView crl : sources.crls) add(crl);
  EVP_DigestFinal_ex(hash.get(), id.data(), nullptr);
  SSL_CTX_set_session_id_context(ctx_.get(), id.data(), id.size());
}

void Context::enable_keylog() { set_keylog_callback(ctx_.get()); }

bool Context::configure(const std::string& command, const std::string& value, ContextError& error) {
  ERR_clear_error();
  const std::unique_ptr<SSL_CONF_CTX, OpensslDeleter<SSL_CONF_CTX, SSL_CONF_CTX_free>> conf(SSL_CONF_CTX_new());
  if (!conf) return fail(error, "library", nullptr);
  const bool client = options_.role == Role::kClient;
  SSL_CONF_CTX_set_flags(conf.get(), SSL_CONF_FLAG_FILE | (client ? SSL_CONF_FLAG_CLIENT : SSL_CONF_FLAG_SERVER));
  SSL_CONF_CTX_set_ssl_ctx(conf.get(), ctx_.get());
  const bool taken = SSL_CONF_cmd(conf.get(), command.c_str(), value.c_str()) > 0;
  if (!taken) fail(error, "command", nullptr);
  set_invariants();
  ERR_clear_error();
  return taken;
}

bool Context::set_ticket_keys(ByteView keys) {
  if (!ticket_keys_.set(keys)) return false;
  ticket_keys_.install(ctx_.get());
  return true;
}

void Context::add_server_name(std::string pattern, std::shared_ptr<const Context> other) {
  by_name_.insert_or_assign(std::move(pattern), std::move(other));
}

const Context* Context::find_by_name(const std::string& name) const {
  if (by_name_.empty()) return nullptr;
  auto found = by_name_.find(name);
  const size_t dot = name.find('.');
  if (found == by_name_.end() && dot != std::string::npos) {
    found = by_name_.find(std::string("*").append(name, dot));
  }
  return found == by_name_.end() ? nullptr : found->second.get();
}

void Context::serve(SSL* ssl) const {
  if (ssl_ctx() == SSL_get_SSL_CTX(ssl)) return;
  SSL_set_SSL_CTX(ssl, ssl_ctx());
  SSL_set_verify(ssl, SSL_CTX_get_verify_mode(ssl_ctx()), SSL_CTX_get_verify_callback(ssl_ctx()));
}

void Context::refuse_resumption(bool refused) {
  refuses_resumption_ = refused;
  const long mode = SSL_CTX_get_session_cache_mode(ctx_.get());
  const bool internal = options_.session_cache_size > 0 && !options_.external_sessions;
  const long lookup = refused || !internal ? SSL_SESS_CACHE_NO_INTERNAL_LOOKUP : 0;
  SSL_CTX_set_session_cache_mode(ctx_.get(), (mode & ~SSL_SESS_CACHE_NO_INTERNAL_LOOKUP) | lookup);
}

void Context::remove_session(ByteView id) {
  ErrorQueueGuard guard;
  SSL_SESSION* key = SSL_SESSION_new();
  if (key == nullptr) return;
  if (SSL_SESSION_set1_id(key, id.data(), static_cast<unsigned int>(id.size())) == 1) {
    SSL_CTX_remove_session(ctx_.get(), key);
  }
  SSL_SESSION_free(key);
}

void Context::on_session_removed(SSL_SESSION* session) const {
  unsigned int length = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &length);
  if (length > 0) removed_sessions_.emplace_back(id, id + length);
}

std::vector<uint16_t> Context::cipher_list() const {
  std::vector<uint16_t> ids;
  const STACK_OF(SSL_CIPHER)* list = SSL_CTX_get_ciphers(ctx_.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(list); ++i) {
    ids.push_back(SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(list, i)));
  }
  return ids;
}

}  // namespace core
