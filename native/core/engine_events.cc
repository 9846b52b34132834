// The part of Engine that writes events: what each of them carries is said at EventKind.

#include "engine.h"
#include "payload_writer.h"

namespace core {

void Engine::report_connected(const Association& association) {
  const DtlsConnection& connection = *association.connection();
  PayloadWriter payload(events_);
  payload.sized(association.peer().ip_text());
  payload.sized(connection.psk_identity());
  payload.sized(connection.server_name());
  payload.number<uint16_t>(connection.version());
  payload.number<int32_t>(connection.verify_result());
  for (const std::vector<uint8_t>& der : connection.peer_certificates()) {
    payload.u24(der.size());
    payload.bytes(der);
  }
  const int32_t flags =
      (connection.resumed() ? kFlagResumed : 0) | (association.role() == Role::kServer ? kFlagServer : 0);
  events_.commit(EventKind::kConnected, options_.number, association.id, payload.size(), connection.cipher_suite(),
                 static_cast<int32_t>(association.inner_mtu()), association.peer().port << 8 | flags);
}

/// What a step has brought up besides its outcome.
void Engine::report_handshake(Association& association) {
  DtlsConnection& connection = *association.connection();
  if (connection.has_key_log()) report_key_log(association);
  if (connection.has_session()) report_session(association);
  report_question(association);
  report_removed_sessions(connection.context());
}

/// One that is larger than any sensible session is not reported; there is room for what follows then.
void Engine::report_session(Association& association) {
  constexpr size_t kLargestSession = 8192;
  std::vector<uint8_t> session = association.connection()->take_session();
  if (session.size() <= kLargestSession) {
    PayloadWriter payload(events_);
    payload.bytes(session);
    events_.commit(EventKind::kSession, options_.number, association.id, payload.size(),
                   association.role() == Role::kServer ? 1 : 0);
  }
  OPENSSL_cleanse(session.data(), session.size());
}

void Engine::report_removed_sessions(const Context& context) {
  for (const std::vector<uint8_t>& id : context.take_removed_sessions()) {
    PayloadWriter payload(events_);
    payload.bytes(id);
    events_.commit(EventKind::kSessionRemoved, options_.number, 0, payload.size());
  }
}

void Engine::report_key_log(Association& association) {
  const Secret lines = association.connection()->take_key_log();
  ByteView rest = lines.view();
  while (!rest.empty()) {
    size_t length = 0;
    while (length < rest.size() && rest[length] != '\n') ++length;
    PayloadWriter payload(events_);
    payload.bytes(rest.first(length));
    events_.commit(EventKind::kKeylog, options_.number, association.id, payload.size());
    rest = rest.subspan(length < rest.size() ? length + 1 : length);
  }
}

void Engine::report_closed(const Association& association, const Failure& failure, bool was_established) {
  PayloadWriter payload(events_);
  const PeerTraffic& traffic = association.traffic();
  payload.bytes({reinterpret_cast<const uint8_t*>(&traffic), sizeof traffic});
  payload.text(failure.reason);
  events_.commit(EventKind::kClosed, options_.number, association.id, payload.size(),
                 static_cast<int32_t>(failure.cause), failure.code, was_established ? 1 : 0);
}

void Engine::report_client_error(const Association& association, const Failure& failure) {
  PayloadWriter payload(events_);
  payload.sized(association.peer().ip_text());
  payload.sized(association.connection()->psk_identity());
  payload.text(failure.reason);
  events_.commit(EventKind::kClientError, options_.number, association.id, payload.size(),
                 static_cast<int32_t>(failure.cause), failure.code, association.peer().port);
}

}  // namespace core
