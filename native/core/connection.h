#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client_parameters.h"
#include "context.h"
#include "failure.h"
#include "openssl.h"
#include "question.h"
#include "session.h"
#include "status.h"

namespace core {

/// One SSL and what libssl's callbacks (connection_callbacks.cc) have to say about it: the common part of a
/// DtlsConnection and a TLS Stream.
class Connection {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Role role() const { return context_->options().role; }
  const Context& context() const { return *context_; }
  const std::string& psk_identity() const;
  /// The same before the handshake is complete, when it is a mere claim.
  const std::string& claimed_psk_identity() const;
  /// SNI as the client sent it, empty without.
  const std::string& server_name() const;
  uint16_t cipher_suite() const;
  uint16_t version() const { return static_cast<uint16_t>(SSL_version(ssl_.get())); }
  /// The handshake continued the session that was offered. A PSK of TLS 1.3 is no resumption, whatever libssl says.
  bool resumed() const { return resumed_; }
  /// X509_V_OK or the first error of the peer's certificate. Means something when there is one.
  int verify_result() const { return static_cast<int>(SSL_get_verify_result(ssl_.get())); }
  /// DER of the peer's certificates, leaf first.
  std::vector<std::vector<uint8_t>> peer_certificates() const;
  const Failure& failure() const { return failure_; }
  int alert_received() const { return alert_received_; }

  /// Key log lines since the last take, one per line end; empty unless the context logs keys.
  bool has_key_log() const { return !key_log_.empty(); }
  Secret take_key_log();

  /// DER of the newest session since the last take; at a server that keeps sessions outside with its id in front.
  bool has_session() const { return !session_.empty(); }
  std::vector<uint8_t> take_session() { return std::exchange(session_, {}); }

  // Server: the handshake may stop at its ClientHello, and goes on with the step after the answer.

  /// kHello, kSession or kNone.
  Question hello_question() const;
  /// kHello: the client asks for a name that nobody has.
  bool wants_credentials() const { return wants_credentials_; }
  /// The client may go on, with the credentials of `chosen` unless it is null.
  void admit(std::shared_ptr<const Context> chosen);
  /// kSession: its id. Null when the handshake does not wait for it.
  const std::vector<uint8_t>* wanted_session() const {
    return stage_ == HelloStage::kSessionWanted ? &wanted_session_ : nullptr;
  }
  /// `der` is empty when there is no such session.
  void provide_session(ByteView der);
  /// Before ClientKeyExchange is taken: the key of an identity that `options().psk` does not have; empty: it has none.
  /// It is wiped when it has been used.
  void provide_psk(std::string_view identity, ByteView key);
  /// The next step ends the handshake.
  void reject(Rejection rejection);

  // For libssl's callbacks.
  static Connection& of(const SSL* ssl) { return *static_cast<Connection*>(SSL_get_app_data(ssl)); }
  int on_client_hello(SSL* ssl, int& alert);
  unsigned int on_server_psk(SSL* ssl, const char* identity, unsigned char* out, unsigned int room);
  unsigned int on_client_psk(char* identity, unsigned int identity_room, unsigned char* out, unsigned int room);
  void on_client_key_exchange(ByteView body);
  void on_alert_received(int level_and_description) { alert_received_ = level_and_description; }
  void on_key_log_line(const char* line);
  void on_new_session(SSL_SESSION* session);
  SSL_SESSION* on_session_lookup();
  bool on_ticket_sealed(SSL* ssl);
  bool on_ticket_opened(SSL_SESSION* session);

 protected:
  Connection(std::shared_ptr<const Context> context, SslPtr ssl, ClientParameters parameters);
  ~Connection();

  /// Client: puts name check, DANE, SNI and session into the SSL.
  Status prepare_client();
  /// The handshake is complete: false when the peer must not be let in all the same, see failure().
  bool note_established();
  /// Turns the error queue and the last alert into failure().
  void record_failure();
  bool said_goodbye() const;

  const ClientParameters& parameters() const { return parameters_; }

  // In this order: the SSL goes first.
  const std::shared_ptr<const Context> context_;
  SslPtr ssl_;
  Failure failure_;

 private:
  /// What has become of the ClientHello. It waits in those that end in Wanted.
  enum class HelloStage : uint8_t { kArrived, kAdmissionWanted, kAdmitted, kSessionWanted, kComplete };
  struct PskAnswer {
    std::string identity;
    Secret key;
  };

  Status prepare_trust();
  bool use_own_certificates();
  void offer_session();
  bool wants_admission();
  bool wants_outside_session(SSL* ssl);
  const Secret* find_psk(std::string_view identity) const;
  bool may_resume(std::string_view identity) const;
  unsigned int use_psk_answer(unsigned char* out, unsigned int room);

  ClientParameters parameters_;
  std::string client_identity_;  ///< server role: all bytes of it, as they stood in the handshake or the session
  std::string server_name_;      ///< server role
  std::string key_log_;
  SslSessionPtr offered_;  ///< client: the one that was offered; server: the one that was looked up
  std::vector<uint8_t> session_;
  std::vector<uint8_t> wanted_session_;
  std::shared_ptr<const Context> chosen_;  ///< whose credentials the client gets; null: those of its name
  std::optional<PskAnswer> psk_answer_;
  std::optional<Rejection> rejection_;
  HelloStage stage_ = HelloStage::kArrived;
  bool wants_credentials_ = false;
  int alert_received_ = 0;
  // Server, TLS 1.3: the newest PSK that libssl has looked at, if a ticket came after it or not. It takes the last one.
  std::string candidate_identity_;
  bool candidate_is_psk_ = false;
  bool resumed_ = false;
};

}  // namespace core
