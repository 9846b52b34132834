#include "dtls_connection.h"

#include <algorithm>
#include <array>
#include <utility>

namespace core {

namespace {

Micros or_else(Micros given, Micros fallback) { return given != 0 ? given : fallback; }

/// Bytes that a record may carry; RFC 6066 section 4 lets a client ask for less. libssl gives a connection up that is
/// told to send more.
int longest_message(SSL* ssl) {
  const int mode = SSL_SESSION_get_max_fragment_length(SSL_get_session(ssl));
  return mode == 0 ? SSL3_RT_MAX_PLAIN_LENGTH : 256 << mode;
}

}  // namespace

DtlsConnection::DtlsConnection(std::shared_ptr<const Context> context, SslPtr ssl, const Address& peer,
                               PeerTraffic& traffic, ClientParameters given)
    : Connection(std::move(context), std::move(ssl), std::move(given)),
      timer(or_else(parameters().min_timeout, this->context().options().min_timeout),
            or_else(parameters().max_timeout, this->context().options().max_timeout)) {
  flow_.peer = peer;
  flow_.traffic = &traffic;
  flow_.mtu = parameters().mtu != 0 ? parameters().mtu : this->context().options().mtu;
}

std::unique_ptr<DtlsConnection> DtlsConnection::accept(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                       const Address& peer, PeerTraffic& traffic, ByteView datagram,
                                                       const ClientHello& hello) {
  ErrorQueueGuard guard;
  SslPtr ssl = make_ssl(*context, bio);
  if (!ssl) return nullptr;
  std::unique_ptr<DtlsConnection> connection(new DtlsConnection(std::move(context), std::move(ssl), peer, traffic, {}));
  if (!connection->take_hello(bio, datagram, hello)) return nullptr;
  return connection;
}

bool DtlsConnection::take_hello(DatagramBio& bio, ByteView datagram, const ClientHello& hello) {
  SSL* ssl = ssl_.get();
  std::copy_n(hello.random().begin(), std::min(hello.random().size(), hello_random_.size()), hello_random_.begin());
  hello_length_ = hello.length;
  hello_sequence_ = hello.message_sequence;
  SSL_set_accept_state(ssl);
  if (hello.message_sequence == 1) {
    // Keeps the hello, or its first fragment, for the handshake to come, and takes its record sequence number over.
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
bool DtlsConnection::skip_hellos(DatagramBio& bio, const ClientHello& hello) {
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

std::unique_ptr<DtlsConnection> DtlsConnection::connect(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                        const Address& peer, PeerTraffic& traffic,
                                                        ClientParameters parameters, Status& status) {
  ErrorQueueGuard guard;
  status = Status::kOutOfMemory;
  SslPtr ssl = make_ssl(*context, bio);
  if (!ssl) return nullptr;
  SSL_set_connect_state(ssl.get());
  std::unique_ptr<DtlsConnection> connection(
      new DtlsConnection(std::move(context), std::move(ssl), peer, traffic, std::move(parameters)));
  SSL_set_mtu(connection->ssl_.get(), connection->flow_.mtu);
  SSL_set_max_send_fragment(connection->ssl_.get(), send_fragment(connection->flow_.mtu));
  status = connection->prepare_client();
  return status == Status::kOk ? std::move(connection) : nullptr;
}

SslPtr DtlsConnection::make_ssl(const Context& context, DatagramBio& bio) {
  if (bio.bio() == nullptr || bio.scratch_address() == nullptr) return nullptr;
  SslPtr ssl(SSL_new(context.ssl_ctx()));
  if (!ssl) return nullptr;
  // SSL_set_bio takes one reference for both ends when they are the same BIO.
  BIO_up_ref(bio.bio());
  SSL_set_bio(ssl.get(), bio.bio(), bio.bio());
  return ssl;
}

DtlsConnection::Progress DtlsConnection::handshake(DatagramBio& bio, ByteView datagram, Micros now) {
  ErrorQueueGuard guard;
  DatagramBio::Lease lease(bio, flow_, datagram);
  const int result = SSL_do_handshake(ssl_.get());
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), result);
  if (result == 1) {
    if (complete()) return Progress::kEstablished;
    SSL_shutdown(ssl_.get());
    return Progress::kFailed;
  }
  const bool waiting = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  if (waiting || error == SSL_ERROR_WANT_CLIENT_HELLO_CB) {
    follow_timer(now);
    return Progress::kPending;
  }
  record_failure();
  return Progress::kFailed;
}

void DtlsConnection::follow_timer(Micros now) {
  const bool new_flight = flow_.timer_stopped || !timer.running();
  if (flow_.timer_stopped) timer.stop();
  if (flow_.timer_started && new_flight) timer.start(now);
  flow_.timer_started = flow_.timer_stopped = false;
}

bool DtlsConnection::retransmit(DatagramBio& bio) {
  if (flow_.libssl_timer == nullptr) return false;
  ErrorQueueGuard guard;
  DatagramBio::Lease lease(bio, flow_);
  *flow_.libssl_timer = {1, 0};  // long past: libssl acts on it at once and sets the next one
  const int result = DTLSv1_handle_timeout(ssl_.get());
  flow_.timer_started = flow_.timer_stopped = false;
  return result >= 0;
}

bool DtlsConnection::complete() {
  if (!note_established()) return false;
  timer.stop();
  SSL_set_msg_callback(ssl_.get(), nullptr);
  // A lossy handshake may have lowered it; what follows is the caller's MTU again.
  SSL_set_mtu(ssl_.get(), flow_.mtu);
  inner_mtu_ = std::min(static_cast<int>(DTLS_get_data_mtu(ssl_.get())), longest_message(ssl_.get()));
  const CipherSuite* in_force = suite();
  shortest_record_ = in_force == nullptr ? 0 : in_force->shortest_record;
  return true;
}

DtlsConnection::ReadResult DtlsConnection::read(DatagramBio& bio, ByteView& datagram, uint8_t* out, size_t room,
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

bool DtlsConnection::write(DatagramBio& bio, ByteView message) {
  DatagramBio::Lease lease(bio, flow_);
  const int size = static_cast<int>(message.size());
  if (SSL_write(ssl_.get(), message.data(), size) == size) return true;
  ErrorQueueGuard guard;
  return false;
}

void DtlsConnection::shutdown(DatagramBio& bio) {
  ErrorQueueGuard guard;
  DatagramBio::Lease lease(bio, flow_);
  SSL_shutdown(ssl_.get());
}

bool DtlsConnection::finished_unreadable() const {
  return protected_record_seen_ && SSL_get_state(ssl_.get()) == TLS_ST_SR_CHANGE;
}

bool DtlsConnection::admits(const RecordHeader& record, ByteView payload) {
  if (record.epoch == 0) {
    if (!acceptable_plain_record(record, payload, role(), context().max_handshake_message())) return false;
    return record.type != content_type::kHandshake || !contradicts_hello(payload);
  }
  if (record.type != content_type::kHandshake && record.type != content_type::kAlert) return false;
  const CipherSuite* suite = pending_suite();
  if (suite == nullptr) return false;
  shortest_record_ = suite->shortest_record;
  if (too_short(record)) return false;
  protected_record_seen_ = true;
  const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl_.get());
  if (state == TLS_ST_SR_CHANGE || state == TLS_ST_CR_CHANGE) return true;
  return ++early_records_ <= kMaxEarlyRecords;
}

/// Server: fragments, already found acceptable, that pretend to belong to the client's hello. libssl gives up when two
/// fragments of a message announce different lengths, so one forged datagram could end a handshake.
bool DtlsConnection::contradicts_hello(ByteView payload) const {
  constexpr size_t kHandshakeHeader = 12;
  constexpr uint8_t kClientHello = 1;
  if (role() != Role::kServer) return false;
  while (!payload.empty()) {
    const bool of_hello = payload[0] == kClientHello && read_u24(&payload[1]) == hello_length_;
    if (read_u16(&payload[4]) == hello_sequence_ && !of_hello) return true;
    payload = payload.subspan(kHandshakeHeader + read_u24(&payload[9]));
  }
  return false;
}

bool DtlsConnection::asks_psk() const {
  if (!context().options().asks_psk || SSL_get_state(ssl_.get()) != TLS_ST_SW_SRVR_DONE) return false;
  const CipherSuite* suite = pending_suite();
  return suite != nullptr && suite->kind == SuiteKind::kPsk;
}

bool DtlsConnection::must_ask_for(std::string_view identity) const {
  return PskTable::valid_identity(identity) && context().options().psk->find(identity) == nullptr;
}

Question DtlsConnection::open_question() const {
  if (psk_question == nullptr) return hello_question();
  return psk_question->state() == PskQuestion::State::kOpen ? Question::kPsk : Question::kNone;
}

const CipherSuite* DtlsConnection::pending_suite() const {
  const SSL_CIPHER* pending = SSL_get_pending_cipher(ssl_.get());
  return pending == nullptr ? nullptr : find_cipher_suite(SSL_CIPHER_get_protocol_id(pending));
}

bool DtlsConnection::export_keying_material(std::string_view label, const ByteView* context,
                                            std::span<uint8_t> out) const {
  ErrorQueueGuard guard;
  return SSL_export_keying_material(ssl_.get(), out.data(), out.size(), label.data(), label.size(),
                                    context != nullptr ? context->data() : nullptr,
                                    context != nullptr ? context->size() : 0, context != nullptr ? 1 : 0) == 1;
}

bool DtlsConnection::started_by(ByteView random) const {
  return std::equal(hello_random_.begin(), hello_random_.end(), random.begin(), random.end());
}

}  // namespace core
