#include "association.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cipher_suite.h"

namespace core {

Association::Association(std::shared_ptr<const Context> context, SslPtr ssl, const Address& peer,
                         ClientCredentials credentials)
    : timer(context->options().min_timeout, context->options().max_timeout), context_(std::move(context)),
      ssl_(std::move(ssl)), credentials_(std::move(credentials)) {
  flow_.peer = peer;
  flow_.mtu = context_->options().mtu;
  SSL_set_app_data(ssl_.get(), this);
}

Association::~Association() { OPENSSL_cleanse(key_log_.data(), key_log_.size()); }

std::unique_ptr<Association> Association::accept(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                 const Address& peer, ByteView datagram, const ClientHello& hello) {
  ErrorQueueGuard guard;
  SslPtr ssl = make_ssl(*context, bio);
  if (!ssl) return nullptr;
  std::unique_ptr<Association> association(new Association(std::move(context), std::move(ssl), peer, {}));
  if (!association->take_hello(bio, datagram, hello)) return nullptr;
  return association;
}

bool Association::take_hello(DatagramBio& bio, ByteView datagram, const ClientHello& hello) {
  SSL* ssl = ssl_.get();
  SSL_set_accept_state(ssl);
  if (hello.message_sequence == 1) {
    // Keeps the hello for the handshake to come, and takes its record sequence number over.
    DatagramBio::Lease lease(bio, flow_, datagram);
    if (DTLSv1_listen(ssl, bio.scratch_address()) != 1) return false;
    // DTLSv1_listen clears the SSL, and the MTU with it.
    SSL_set_mtu(ssl, flow_.mtu);
    return true;
  }
  if (hello.message_sequence > kMaxHelloSequence) return false;
  SSL_set_options(ssl, SSL_OP_COOKIE_EXCHANGE);
  SSL_set_mtu(ssl, flow_.mtu);
  return skip_hellos(bio, hello);
}

/// DTLSv1_listen takes any hello for message 1. A client that has been through several HelloVerifyRequests (the server
/// was restarted, its secret has aged) sends a later one, and libssl waits for those before it for ever. It is shown
/// copies without cookie for them; its own HelloVerifyRequests go nowhere, and each restarts the transcript.
bool Association::skip_hellos(DatagramBio& bio, const ClientHello& hello) {
  flow_.muted = true;
  bool taken = true;
  for (uint16_t sequence = 0; taken && sequence < hello.message_sequence; ++sequence) {
    const std::vector<uint8_t> copy = hello_without_cookie(hello, sequence);
    DatagramBio::Lease lease(bio, flow_, copy);
    const int result = SSL_do_handshake(ssl_.get());
    taken = result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
  }
  flow_.muted = flow_.timer_started = flow_.timer_stopped = false;
  return taken;
}

std::unique_ptr<Association> Association::connect(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                  const Address& peer, ClientCredentials credentials) {
  ErrorQueueGuard guard;
  SslPtr ssl = make_ssl(*context, bio);
  if (!ssl) return nullptr;
  SSL_set_connect_state(ssl.get());
  SSL_set_mtu(ssl.get(), context->options().mtu);
  return std::unique_ptr<Association>(
      new Association(std::move(context), std::move(ssl), peer, std::move(credentials)));
}

SslPtr Association::make_ssl(const Context& context, DatagramBio& bio) {
  if (bio.bio() == nullptr || bio.scratch_address() == nullptr) return nullptr;
  SslPtr ssl(SSL_new(context.ssl_ctx()));
  if (!ssl) return nullptr;
  // SSL_set_bio takes one reference for both ends when they are the same BIO.
  BIO_up_ref(bio.bio());
  SSL_set_bio(ssl.get(), bio.bio(), bio.bio());
  return ssl;
}

Association::Progress Association::handshake(DatagramBio& bio, ByteView datagram, Micros now) {
  ErrorQueueGuard guard;
  DatagramBio::Lease lease(bio, flow_, datagram);
  const int result = SSL_do_handshake(ssl_.get());
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), result);
  if (result == 1) {
    complete();
    return Progress::kEstablished;
  }
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    follow_timer(now);
    return Progress::kPending;
  }
  record_failure();
  return Progress::kFailed;
}

void Association::follow_timer(Micros now) {
  const bool new_flight = flow_.timer_stopped || !timer.running();
  if (flow_.timer_stopped) timer.stop();
  if (flow_.timer_started && new_flight) timer.start(now);
  flow_.timer_started = flow_.timer_stopped = false;
}

bool Association::retransmit(DatagramBio& bio) {
  if (flow_.libssl_timer == nullptr) return false;
  ErrorQueueGuard guard;
  DatagramBio::Lease lease(bio, flow_);
  *flow_.libssl_timer = {1, 0};  // long past: libssl acts on it at once and sets the next one
  const int result = DTLSv1_handle_timeout(ssl_.get());
  flow_.timer_started = flow_.timer_stopped = false;
  return result >= 0;
}

void Association::complete() {
  phase = Phase::kEstablished;
  timer.stop();
  SSL_set_msg_callback(ssl_.get(), nullptr);
  // A lossy handshake may have lowered it; what follows is the caller's MTU again.
  SSL_set_mtu(ssl_.get(), flow_.mtu);
  inner_mtu_ = static_cast<int>(DTLS_get_data_mtu(ssl_.get()));
  const CipherSuite* suite = find_cipher_suite(cipher_suite());
  shortest_record_ = suite == nullptr ? 0 : suite->shortest_record;
}

Association::ReadResult Association::read(DatagramBio& bio, ByteView& datagram, uint8_t* out, size_t room,
                                          size_t& size) {
  DatagramBio::Lease lease(bio, flow_, datagram);
  const int result = SSL_read(ssl_.get(), out, static_cast<int>(room));
  if (lease.consumed()) datagram = {};
  if (result > 0) {
    size = static_cast<size_t>(result);
    return ReadResult::kMessage;
  }
  ErrorQueueGuard guard;
  if (SSL_want_read(ssl_.get())) return ReadResult::kNothing;
  if (said_goodbye()) return ReadResult::kCloseNotify;
  record_failure();
  return ReadResult::kFailed;
}

bool Association::write(DatagramBio& bio, ByteView message) {
  DatagramBio::Lease lease(bio, flow_);
  const int size = static_cast<int>(message.size());
  if (SSL_write(ssl_.get(), message.data(), size) == size) return true;
  ErrorQueueGuard guard;
  return false;
}

void Association::shutdown(DatagramBio& bio) {
  ErrorQueueGuard guard;
  DatagramBio::Lease lease(bio, flow_);
  SSL_shutdown(ssl_.get());
}

/// Some stacks send close_notify as a fatal alert, or user_canceled before it.
bool Association::said_goodbye() const {
  const int description = alert_received_ & 0xff;
  return alert_received_ != 0 && (description == SSL_AD_CLOSE_NOTIFY || description == SSL_AD_USER_CANCELLED);
}

/// An alert of the peer comes before what libssl makes of it: nothing, "too many warnings" after a single one, or (3.x)
/// "no renegotiation".
void Association::record_failure() {
  failure_ = take_library_failure();
  const bool libssl_misnames_it =
      failure_.code == 0 || failure_.code == SSL_R_TOO_MANY_WARN_ALERTS || failure_.code == SSL_R_NO_RENEGOTIATION;
  const bool alert_ended_it = alert_received_ >> 8 == SSL3_AL_FATAL || libssl_misnames_it;
  if (alert_received_ != 0 && alert_ended_it) failure_ = {Cause::kAlertReceived, alert_received_, {}};
}

bool Association::finished_unreadable() const {
  return protected_record_seen_ && SSL_get_state(ssl_.get()) == TLS_ST_SR_CHANGE;
}

bool Association::admits(const RecordHeader& record, ByteView payload) {
  if (record.epoch == 0) return acceptable_plain_record(record, payload, role(), context_->max_handshake_message());
  if (record.type != content_type::kHandshake && record.type != content_type::kAlert) return false;
  const SSL_CIPHER* pending = SSL_get_pending_cipher(ssl_.get());
  const CipherSuite* suite = pending == nullptr ? nullptr : find_cipher_suite(SSL_CIPHER_get_protocol_id(pending));
  // Before the suite is known nothing protected can be read anyway.
  if (suite == nullptr) return false;
  shortest_record_ = suite->shortest_record;
  if (too_short(record)) return false;
  protected_record_seen_ = true;
  const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl_.get());
  if (state == TLS_ST_SR_CHANGE || state == TLS_ST_CR_CHANGE) return true;
  return ++early_records_ <= kMaxEarlyRecords;
}

bool Association::started_by(ByteView random) const {
  std::array<uint8_t, SSL3_RANDOM_SIZE> ours;
  return SSL_get_client_random(ssl_.get(), ours.data(), ours.size()) == ours.size() && random.size() == ours.size() &&
         std::equal(ours.begin(), ours.end(), random.begin());
}

void Association::on_client_key_exchange(ByteView body) {
  if (body.size() < 2) return;
  const size_t length = read_u16(body.data());
  if (length > body.size() - 2) return;
  client_identity_.assign(reinterpret_cast<const char*>(body.data() + 2), length);
}

void Association::on_key_log_line(const char* line) {
  key_log_ += line;
  key_log_ += '\n';
}

Secret Association::take_key_log() {
  Secret lines(bytes_of(key_log_));
  OPENSSL_cleanse(key_log_.data(), key_log_.size());
  key_log_.clear();
  return lines;
}

const Secret* Association::server_psk() const {
  const PskTable* table = context_->options().psk.get();
  if (table == nullptr || !PskTable::valid_identity(client_identity_)) return nullptr;
  return table->find(client_identity_);
}

const std::string& Association::psk_identity() const {
  return role() == Role::kServer ? client_identity_ : credentials_.identity;
}

uint16_t Association::cipher_suite() const {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
  return cipher == nullptr ? 0 : SSL_CIPHER_get_protocol_id(cipher);
}

bool Association::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

}  // namespace core
