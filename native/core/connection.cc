#include "connection.h"

#include <cstring>
#include <utility>

#include "cipher_suite.h"
#include "client_hello_extensions.h"
#include "credentials.h"

namespace core {
namespace {

void append_der(std::vector<std::vector<uint8_t>>& list, X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size > 0) list.emplace_back(der, der + size);
  OPENSSL_free(der);
}

/// What on_ticket_sealed() has put into it.
std::string identity_in(SSL_SESSION* session) {
  void* data = nullptr;
  size_t size = 0;
  if (session == nullptr || SSL_SESSION_get0_ticket_appdata(session, &data, &size) != 1) return {};
  return {static_cast<const char*>(data), size};
}

}  // namespace

Connection::Connection(std::shared_ptr<const Context> context, SslPtr ssl, ClientParameters parameters)
    : context_(std::move(context)), ssl_(std::move(ssl)), parameters_(std::move(parameters)) {
  SSL_set_app_data(ssl_.get(), this);
}

Connection::~Connection() {
  // An SSL that goes without a goodbye would take its session out of the cache with it.
  SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  OPENSSL_cleanse(key_log_.data(), key_log_.size());
  OPENSSL_cleanse(session_.data(), session_.size());
  OPENSSL_cleanse(parameters_.session.data(), parameters_.session.size());
}

// Client: before the handshake

Status Connection::prepare_client() {
  if (const Status status = prepare_trust(); status != Status::kOk) return status;
  if (!use_own_certificates()) return Status::kBadCredentials;
  const std::string& name = parameters_.server_name;
  if (!name.empty() && SSL_set_tlsext_host_name(ssl_.get(), name.c_str()) != 1) return Status::kLibrary;
  offer_session();
  return Status::kOk;
}

Status Connection::prepare_trust() {
  const ContextOptions& options = context_->options();
  const bool verified = options.verify != Verify::kNone;
  if (options.dane) {
    const auto outcome = apply_dane(ssl_.get(), parameters_.verify_name, parameters_.tlsa, !verified);
    if (outcome == DaneOutcome::kUnusable) return Status::kDaneUnusable;
    if (outcome == DaneOutcome::kUsable) return Status::kOk;
  }
  return set_verify_name(ssl_.get(), parameters_.verify_name) ? Status::kOk : Status::kLibrary;
}

bool Connection::use_own_certificates() {
  if (parameters_.certificates.empty()) return true;
  const std::vector<std::vector<uint8_t>> certificates = std::exchange(parameters_.certificates, {});
  const Secret key = std::move(parameters_.private_key);
  const std::vector<ByteView> elements(certificates.begin(), certificates.end());
  return use_certificates(ssl_.get(), elements) && use_private_key(ssl_.get(), key.view(), {});
}

/// A session that cannot be offered costs a full handshake, nothing else.
void Connection::offer_session() {
  if (parameters_.session.empty()) return;
  SslSessionPtr session = parse_session(parameters_.session);
  if (session && may_offer(ssl_.get(), session.get()) && SSL_set_session(ssl_.get(), session.get()) == 1) {
    offered_ = std::move(session);
  }
}

// After the handshake

bool Connection::note_established() {
  const bool reused = SSL_session_reused(ssl_.get()) == 1;
  if (role() == Role::kClient) {
    SSL_SESSION* session = SSL_get_session(ssl_.get());
    const bool same = session == offered_.get();
    // Up to TLS 1.2 a new ticket makes a copy of the offered session, of which libssl tells nobody. In TLS 1.3 another
    // session means that an external PSK was taken instead.
    resumed_ = reused && offered_ != nullptr && (same || version() != TLS1_3_VERSION);
    if (resumed_ && !same && context_->options().sessions) on_new_session(session);
    offered_.reset();
    return true;
  }
  offered_.reset();
  resumed_ = reused && !candidate_is_psk_;
  if (!reused) return true;
  client_identity_ = candidate_is_psk_ ? candidate_identity_ : identity_in(SSL_get_session(ssl_.get()));
  const char* kept = SSL_get_psk_identity(ssl_.get());
  if (client_identity_.empty() && kept != nullptr) client_identity_ = kept;
  if (client_identity_.empty() || may_resume(client_identity_)) return true;
  failure_ = {Cause::kLibrary, SSL_R_PSK_IDENTITY_NOT_FOUND, "psk identity not found"};
  return false;
}

const std::string& Connection::psk_identity() const {
  return role() == Role::kServer ? client_identity_ : parameters_.psk_identity;
}

const std::string& Connection::claimed_psk_identity() const {
  return psk_identity().empty() ? candidate_identity_ : psk_identity();
}

const std::string& Connection::server_name() const {
  return role() == Role::kServer ? server_name_ : parameters_.server_name;
}

uint16_t Connection::cipher_suite() const {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
  return cipher == nullptr ? 0 : SSL_CIPHER_get_protocol_id(cipher);
}

std::vector<std::vector<uint8_t>> Connection::peer_certificates() const {
  std::vector<std::vector<uint8_t>> list;
  X509* leaf = SSL_get_peer_certificate(ssl_.get());
  if (leaf == nullptr) return list;
  append_der(list, leaf);
  X509_free(leaf);
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_.get());
  // A client finds the leaf in the chain as well, a server does not.
  const int first = role() == Role::kClient ? 1 : 0;
  for (int i = first; chain != nullptr && i < sk_X509_num(chain); ++i) append_der(list, sk_X509_value(chain, i));
  return list;
}

/// Some stacks send close_notify as a fatal alert, or user_canceled before it. An alert that something else came after,
/// a record that was tampered with, say, is no goodbye: anybody may have put it into the handshake.
bool Connection::said_goodbye() const {
  const int description = alert_received_ & 0xff;
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const bool ended_by_it =
      reason == 0 || reason == SSL_R_TOO_MANY_WARN_ALERTS || reason == SSL_AD_REASON_OFFSET + description;
  return alert_received_ != 0 && ended_by_it &&
         (description == SSL_AD_CLOSE_NOTIFY || description == SSL_AD_USER_CANCELLED);
}

/// An alert of the peer comes before what libssl makes of it: nothing, "too many warnings" after a single one, or (3.x)
/// "no renegotiation". A refused certificate is told with its own reason.
void Connection::record_failure() {
  if (rejection_) {
    ERR_clear_error();
    failure_ = {Cause::kRejected, static_cast<int32_t>(*rejection_), {}};
    return;
  }
  // The last entry: what made the verification fail (a signature, say) may have left its own before it.
  const bool refused = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  failure_ = take_library_failure();
  const bool libssl_misnames_it =
      failure_.code == 0 || failure_.code == SSL_R_TOO_MANY_WARN_ALERTS || failure_.code == SSL_R_NO_RENEGOTIATION;
  const bool alert_ended_it = alert_received_ >> 8 == SSL3_AL_FATAL || libssl_misnames_it;
  if (alert_received_ != 0 && alert_ended_it) {
    failure_ = {Cause::kAlertReceived, alert_received_, {}};
  } else if (refused) {
    failure_ = {Cause::kVerify, verify_result(), X509_verify_cert_error_string(verify_result())};
  }
}

// Pre-shared keys

const Secret* Connection::find_psk(std::string_view identity) const {
  const PskTable* table = context_->options().psk.get();
  return table == nullptr || !PskTable::valid_identity(identity) ? nullptr : table->find(identity);
}

/// What is asked for outside may be known there for as long as its session lasts.
bool Connection::may_resume(std::string_view identity) const {
  return context_->options().asks_psk || find_psk(identity) != nullptr;
}

/// Up to TLS 1.2 the identity is taken as it stood on the wire, not from the C string that libssl made of it (cut at a
/// NUL). In TLS 1.3 libssl also asks for what may be a ticket.
unsigned int Connection::on_server_psk(SSL* ssl, const char* identity, unsigned char* out, unsigned int room) {
  const bool tls13 = SSL_version(ssl) == TLS1_3_VERSION;
  if (!tls13 && context_->options().asks_psk && find_psk(client_identity_) == nullptr) return use_psk_answer(out, room);
  const Secret* key = tls13 ? (identity == nullptr ? nullptr : find_psk(identity)) : find_psk(client_identity_);
  const bool usable = key != nullptr && key->view().size() <= room;
  if (tls13) {
    // Each identity in turn, and one that libssl passed over proves nothing: not for a stateful ticket after it either.
    candidate_is_psk_ = usable;
    candidate_identity_ = usable ? identity : "";
  }
  if (!usable) return 0;
  std::memcpy(out, key->view().data(), key->view().size());
  return static_cast<unsigned int>(key->view().size());
}

void Connection::provide_psk(std::string_view identity, ByteView key) {
  psk_answer_ = {std::string(identity), Secret(key)};
}

/// An answer is for the identity that was read ahead. If libssl has another one, somebody forges fragments.
unsigned int Connection::use_psk_answer(unsigned char* out, unsigned int room) {
  constexpr unsigned int kInternalError = PSK_MAX_PSK_LEN + 1;
  if (!PskTable::valid_identity(client_identity_)) return 0;
  const std::optional<PskAnswer> answer = std::exchange(psk_answer_, std::nullopt);
  const bool answered = answer && answer->identity == client_identity_ && answer->key.view().size() <= room;
  if (!answered) {
    reject(Rejection::kNoAnswer);
    return kInternalError;
  }
  const ByteView key = answer->key.view();
  if (!key.empty()) std::memcpy(out, key.data(), key.size());
  return static_cast<unsigned int>(key.size());
}

unsigned int Connection::on_client_psk(char* identity, unsigned int identity_room, unsigned char* out,
                                       unsigned int room) {
  const ByteView key = parameters_.psk_key.view();
  if (key.empty() || parameters_.psk_identity.size() >= identity_room || key.size() > room) return 0;
  std::memcpy(identity, parameters_.psk_identity.c_str(), parameters_.psk_identity.size() + 1);
  std::memcpy(out, key.data(), key.size());
  return static_cast<unsigned int>(key.size());
}

void Connection::on_client_key_exchange(ByteView body) {
  if (context_->options().psk == nullptr || body.size() < 2) return;
  const SSL_CIPHER* pending = SSL_get_pending_cipher(ssl_.get());
  const CipherSuite* suite = pending == nullptr ? nullptr : find_cipher_suite(SSL_CIPHER_get_protocol_id(pending));
  if (suite == nullptr || suite->kind != SuiteKind::kPsk) return;
  const size_t length = read_u16(body.data());
  if (length > body.size() - 2) return;
  client_identity_.assign(reinterpret_cast<const char*>(body.data() + 2), length);
}

// Key log

void Connection::on_key_log_line(const char* line) {
  key_log_ += line;
  key_log_ += '\n';
}

Secret Connection::take_key_log() {
  Secret lines(bytes_of(key_log_));
  OPENSSL_cleanse(key_log_.data(), key_log_.size());
  key_log_.clear();
  return lines;
}

// Sessions

void Connection::on_new_session(SSL_SESSION* session) {
  const Secret der(serialize_session(session));
  OPENSSL_cleanse(session_.data(), session_.size());
  session_.clear();
  if (der.empty()) return;
  if (role() == Role::kServer) {
    unsigned int length = 0;
    const unsigned char* id = SSL_SESSION_get_id(session, &length);
    const bool is_in_ticket = length == 0 || (context_->options().tickets && version() == TLS1_3_VERSION);
    if (is_in_ticket) return;
    session_.push_back(static_cast<uint8_t>(length));
    session_.insert(session_.end(), id, id + length);
  }
  session_.insert(session_.end(), der.view().begin(), der.view().end());
}

/// Runs before libssl looks at anything else in the hello; again after each answer, and in TLS 1.3 for a second hello,
/// which may ask for another name.
int Connection::on_client_hello(SSL* ssl, int& alert) {
  server_name_ = requested_server_name(ssl);
  if (stage_ == HelloStage::kArrived) {
    stage_ = wants_admission() ? HelloStage::kAdmissionWanted : HelloStage::kAdmitted;
  }
  if (rejection_) {
    alert = *rejection_ == Rejection::kDenied ? SSL_AD_ACCESS_DENIED : SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  if (stage_ == HelloStage::kAdmissionWanted) return SSL_CLIENT_HELLO_RETRY;
  const Context* named = chosen_ ? chosen_.get() : context_->find_by_name(server_name_);
  (named != nullptr ? *named : *context_).serve(ssl);
  if (stage_ == HelloStage::kAdmitted && wants_outside_session(ssl)) stage_ = HelloStage::kSessionWanted;
  return stage_ == HelloStage::kSessionWanted ? SSL_CLIENT_HELLO_RETRY : SSL_CLIENT_HELLO_SUCCESS;
}

Question Connection::hello_question() const {
  if (rejection_) return Question::kNone;
  if (stage_ == HelloStage::kAdmissionWanted) return Question::kHello;
  return stage_ == HelloStage::kSessionWanted ? Question::kSession : Question::kNone;
}

bool Connection::wants_admission() {
  const ContextOptions& options = context_->options();
  wants_credentials_ =
      options.asks_credentials && !server_name_.empty() && context_->find_by_name(server_name_) == nullptr;
  return options.asks_admission || wants_credentials_;
}

void Connection::admit(std::shared_ptr<const Context> chosen) {
  if (stage_ != HelloStage::kAdmissionWanted) return;
  stage_ = HelloStage::kAdmitted;
  chosen_ = std::move(chosen);
}

void Connection::reject(Rejection rejection) {
  if (!rejection_) rejection_ = rejection;
}

/// The id of a client that has a ticket, or speaks TLS 1.3, is a mere placeholder; in TLS 1.3 a server without tickets
/// has given the id as if it were one.
bool Connection::wants_outside_session(SSL* ssl) {
  const ContextOptions& options = context_->options();
  const bool outside = options.external_sessions && !context_->refuses_resumption();
  if (!outside || (options.tickets && offers_ticket(ssl))) return false;
  const long newest = SSL_get_max_proto_version(ssl);
  const bool tls13 = (newest == 0 || newest == TLS1_3_VERSION) && !SSL_is_dtls(ssl) && offers_tls13(ssl);
  if (tls13 && options.tickets) return false;
  const unsigned char* id = nullptr;
  const size_t size = SSL_client_hello_get0_session_id(ssl, &id);
  const ByteView wanted = tls13 ? offered_stateful_ticket(ssl) : ByteView(id, size);
  wanted_session_.assign(wanted.begin(), wanted.end());
  return !wanted.empty();
}

void Connection::provide_session(ByteView der) {
  if (stage_ != HelloStage::kSessionWanted) return;
  stage_ = HelloStage::kComplete;
  if (!der.empty()) offered_ = parse_session(der);
}

/// The session belongs to libssl when it is returned; nobody is asked for it twice.
SSL_SESSION* Connection::on_session_lookup() { return offered_.release(); }

/// TLS 1.3 does not keep the PSK identity in a session: it travels as the application's own data. There tickets leave
/// before the handshake is complete here.
bool Connection::on_ticket_sealed(SSL* ssl) {
  SSL_SESSION* session = SSL_get_session(ssl);
  const bool reused = SSL_session_reused(ssl) == 1;
  if (reused && !candidate_is_psk_) return true;  // it is in there
  const std::string& identity = reused ? candidate_identity_ : client_identity_;
  return identity.empty() || SSL_SESSION_set1_ticket_appdata(session, identity.data(), identity.size()) == 1;
}

/// False: the ticket is of somebody who may not come any more, or nobody may resume now.
bool Connection::on_ticket_opened(SSL_SESSION* session) {
  if (context_->refuses_resumption()) return false;
  const std::string identity = identity_in(session);
  if (!identity.empty() && !may_resume(identity)) return false;
  candidate_is_psk_ = false;
  return true;
}

}  // namespace core
