#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock.h"
#include "credentials.h"
#include "failure.h"
#include "openssl.h"
#include "psk_table.h"
#include "record_filter.h"
#include "ticket_keys.h"

namespace core {

enum class Transport : uint8_t { kDatagram, kStream };

/// SSL_CTX_set_max_send_fragment for datagrams of `mtu` bytes: libssl takes 512 at least.
constexpr long send_fragment(int mtu) { return std::clamp(mtu, 512, SSL3_RT_MAX_PLAIN_LENGTH); }

/// What becomes of the peer's certificate. kRequest is for servers: any outcome goes through and is told.
enum class Verify : uint8_t { kNone, kRequest, kRequire };

/// Normalised and already valid: `lib/options` has checked every value.
struct ContextOptions {
  Role role = Role::kServer;
  Transport transport = Transport::kDatagram;
  int min_version = DTLS1_2_VERSION;  ///< as on the wire; 0: no bound
  int max_version = DTLS1_2_VERSION;
  std::vector<uint16_t> cipher_suites;  ///< IANA numbers in order of preference
  bool prefer_own_order = false;        ///< server: our order decides, not the client's
  int security_level = 2;
  bool encrypt_then_mac = false;
  bool own_records = true;              ///< datagrams: RecordLayer after the handshake where the suite allows
  int mtu = 1232;                       ///< largest UDP payload
  Micros min_timeout = 1'000'000;       ///< first retransmission timeout
  Micros max_timeout = 60'000'000;      ///< cap of the doubling; giving up after a timeout that long
  std::shared_ptr<const PskTable> psk;  ///< server role
  bool asks_psk = false;                ///< server, datagrams: identities that are not in `psk` are asked for
  bool asks_admission = false;          ///< server, datagrams: each client's hello is asked about
  bool asks_credentials = false;        ///< server, datagrams: hellos with a name that nobody has are asked about
  Verify verify = Verify::kNone;
  bool dane = false;               ///< client: enforced with verification, opportunistic without
  bool sessions = false;           ///< client: they are reported; server: they can be resumed
  int session_cache_size = 0;      ///< server: sessions kept by id
  int session_timeout = 300;       ///< seconds
  bool external_sessions = false;  ///< server: kept and looked up outside
  bool tickets = false;
};

/// Borrowed for Context::create(). Each element of the lists is PEM or DER.
struct CredentialSources {
  std::vector<ByteView> certificates;  ///< own chain, leaf first
  ByteView private_key;
  ByteView passphrase;
  std::vector<ByteView> trust_anchors;
  std::vector<std::string> trust_paths;
  bool system_trust = false;
  std::vector<ByteView> crls;
  bool rebuild_chain = false;
};

/// Why there is no Context.
struct ContextError {
  const char* kind = "library";  ///< as in ContextErrorDetails of `lib/binding.ts`
  const char* field = nullptr;   ///< member of ContextSettings there
  size_t index = 0;
  Failure library;
};

/// An SSL_CTX built from ContextOptions, shared by connections; used from one thread.
class Context {
 public:
  /// Null when libssl refuses the options or the credentials; `error` then says why.
  static std::shared_ptr<Context> create(ContextOptions options, const CredentialSources& sources, ContextError& error);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  /// Key log lines are collected from the next handshake on (SSL_CTX_set_keylog_callback).
  void enable_keylog();
  /// SSL_CONF_cmd with the names of configuration files. The invariants of this package stay in force.
  bool configure(const std::string& command, const std::string& value, ContextError& error);
  /// Server: clients that ask for `pattern` (lower case, "*." may stand for one label) get what `other` has.
  void add_server_name(std::string pattern, std::shared_ptr<const Context> other);
  /// Tickets are sealed with keys of libssl's own until this is called.
  bool set_ticket_keys(ByteView keys);

  /// What clients that ask for `name` get; null: what this has.
  const Context* find_by_name(const std::string& name) const;
  /// Called while a ClientHello is being read: its client gets the credentials of this.
  void serve(SSL* ssl) const;

  /// Server: while set, clients that would resume a session make a full handshake. Their sessions are kept all the
  /// same.
  void refuse_resumption(bool refused);
  bool refuses_resumption() const { return refuses_resumption_; }

  // Sessions that this server keeps itself.
  void remove_session(ByteView id);
  size_t session_count() const { return static_cast<size_t>(SSL_CTX_sess_number(ctx_.get())); }
  /// Ids of sessions that must not be resumed any more, since the last take; for those that keep sessions outside.
  std::vector<std::vector<uint8_t>> take_removed_sessions() const { return std::exchange(removed_sessions_, {}); }

  SSL_CTX* ssl_ctx() const { return ctx_.get(); }
  const ContextOptions& options() const { return options_; }
  /// Bytes of the largest handshake message that a peer may send.
  size_t max_handshake_message() const { return uses_certificates_ ? kMaxCertificateMessage : kMaxPskMessage; }
  /// IANA numbers of what is in force, TLS 1.3 first.
  std::vector<uint16_t> cipher_list() const;

  static Context& of(SSL_CTX* ctx) { return *static_cast<Context*>(SSL_CTX_get_app_data(ctx)); }
  void on_session_removed(SSL_SESSION* session) const;

 private:
  static constexpr size_t kMaxPskMessage = 4096;
  static constexpr size_t kMaxCertificateMessage = 16384;

  Context(ContextOptions options, SslCtxPtr ctx);
  bool set_up(const CredentialSources& sources, ContextError& error);
  bool set_protocol(ContextError& error);
  bool set_cipher_suites(ContextError& error);
  void set_invariants();
  void set_verification();
  void set_sessions();
  void set_session_scope(const CredentialSources& sources);
  bool load(const CredentialSources& sources, ContextError& error);

  ContextOptions options_;
  SslCtxPtr ctx_;
  TicketKeys ticket_keys_;
  bool uses_certificates_ = false;
  bool refuses_resumption_ = false;
  std::map<std::string, std::shared_ptr<const Context>, std::less<>> by_name_;
  mutable std::vector<std::vector<uint8_t>> removed_sessions_;
};

}  // namespace core
