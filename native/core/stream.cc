#include "stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace core {
namespace {

/// What a client may send while the lookup of its session goes on.
constexpr size_t kMaxKept = 65536;

}  // namespace

Stream::Stream(std::shared_ptr<const Context> context, SslPtr ssl, ClientParameters parameters)
    : Connection(std::move(context), std::move(ssl), std::move(parameters)) {}

std::unique_ptr<Stream> Stream::make(std::shared_ptr<const Context> context, ClientParameters parameters) {
  SslPtr ssl(SSL_new(context->ssl_ctx()));
  if (!ssl) return nullptr;
  std::unique_ptr<Stream> stream(new Stream(std::move(context), std::move(ssl), std::move(parameters)));
  BIO* bio = stream->bio_.bio();
  if (bio == nullptr) return nullptr;
  // SSL_set_bio takes one reference for both ends when they are the same BIO.
  BIO_up_ref(bio);
  SSL_set_bio(stream->ssl_.get(), bio, bio);
  return stream;
}

std::unique_ptr<Stream> Stream::accept(std::shared_ptr<const Context> context) {
  ErrorQueueGuard guard;
  std::unique_ptr<Stream> stream = make(std::move(context), {});
  if (stream) SSL_set_accept_state(stream->ssl_.get());
  return stream;
}

std::unique_ptr<Stream> Stream::connect(std::shared_ptr<const Context> context, ClientParameters parameters,
                                        Status& status) {
  ErrorQueueGuard guard;
  std::unique_ptr<Stream> stream = make(std::move(context), std::move(parameters));
  status = Status::kOutOfMemory;
  if (!stream) return nullptr;
  SSL_set_connect_state(stream->ssl_.get());
  status = stream->prepare_client();
  return status == Status::kOk ? std::move(stream) : nullptr;
}

uint32_t Stream::receive(ByteView chunk) {
  if (failed() || ended_) return flags();
  bio_.feed(chunk);
  const uint32_t result = step();
  if (failed() || ended_ || bio_.kept() <= kMaxKept) return result;
  failure_ = {Cause::kTransport, ENOBUFS, {}};
  phase_ = Phase::kFailed;
  return flags();
}

uint32_t Stream::end() {
  if (phase_ == Phase::kHandshaking) {
    failure_ = {Cause::kTransport, ECONNRESET, {}};
    phase_ = Phase::kFailed;
  }
  return flags();
}

uint32_t Stream::answer_session(ByteView der) {
  if (wanted_session() == nullptr) return flags();
  provide_session(der);
  return step();
}

uint32_t Stream::step() {
  ErrorQueueGuard guard;
  const bool established_now = phase_ == Phase::kHandshaking && shake_hands();
  if (phase_ == Phase::kEstablished && !ended_) read_plaintext();
  bio_.keep_unread();
  return flags() | (established_now ? kEstablished : 0U);
}

bool Stream::shake_hands() {
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_CLIENT_HELLO_CB) fail();
    return false;
  }
  if (!note_established()) {
    SSL_shutdown(ssl_.get());
    phase_ = Phase::kFailed;
    return false;
  }
  phase_ = Phase::kEstablished;
  SSL_set_msg_callback(ssl_.get(), nullptr);
  return true;
}

/// Until libssl wants more: it takes one record at a time.
void Stream::read_plaintext() {
  std::array<uint8_t, SSL3_RT_MAX_PLAIN_LENGTH> record;
  for (;;) {
    const int size = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
    if (size > 0) {
      plaintext_.insert(plaintext_.end(), record.data(), record.data() + size);
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), size);
    if (error == SSL_ERROR_WANT_READ) return;
    if (error == SSL_ERROR_ZERO_RETURN || said_goodbye()) {
      ended_ = true;
    } else {
      fail();
    }
    return;
  }
}

void Stream::fail() {
  record_failure();
  phase_ = Phase::kFailed;
}

Status Stream::write(ByteView plaintext) {
  if (phase_ != Phase::kEstablished || shut_down_) return Status::kNotConnected;
  ErrorQueueGuard guard;
  constexpr size_t kAtOnce = 1 << 20;  // libssl counts in int
  while (!plaintext.empty()) {
    const ByteView part = plaintext.first(std::min(plaintext.size(), kAtOnce));
    if (SSL_write(ssl_.get(), part.data(), static_cast<int>(part.size())) != static_cast<int>(part.size())) {
      fail();
      return Status::kLibrary;
    }
    plaintext = plaintext.subspan(part.size());
  }
  return Status::kOk;
}

void Stream::shutdown() {
  if (phase_ != Phase::kEstablished || shut_down_) return;
  ErrorQueueGuard guard;
  shut_down_ = true;
  SSL_shutdown(ssl_.get());
}

uint32_t Stream::flags() const {
  return (bio_.has_output() ? kOutput : 0U) | (plaintext_.empty() ? 0U : kPlaintext) | (ended_ ? kEnded : 0U) |
         (failed() ? kFailed : 0U) | (has_session() ? kSession : 0U) | (has_key_log() ? kKeyLog : 0U) |
         (wanted_session() != nullptr ? kSessionWanted : 0U);
}

}  // namespace core
