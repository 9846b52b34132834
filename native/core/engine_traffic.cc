// The part of Engine that has to do with what established peers say, on our records and on those of libssl.

#include <algorithm>

#include "engine.h"

namespace core {
namespace {

constexpr uint8_t kHelloRequest = 0;
constexpr uint8_t kClientHello = 1;
constexpr uint8_t kFinished = 20;

}  // namespace

void Engine::feed_established(Association& association, ByteView datagram) {
  if (association.records() != nullptr)
    read_records(association, datagram);
  else
    feed_libssl(association, datagram);
}

// Our own records

void Engine::read_records(Association& association, ByteView datagram) {
  RecordHeader header;
  ByteView payload;
  bool any_record = false;
  bool accepted = false;
  for (ByteView rest = datagram, before = rest; next_record(rest, header, payload); before = rest) {
    if (!events_.has_room()) return wait_for_room(association, before);
    any_record = true;
    const Verdict verdict = read_record(association, header, payload);
    if (verdict == Verdict::kEnded) return;
    accepted = accepted || verdict == Verdict::kAccepted;
  }
  if (!accepted) ++(any_record ? counters_.datagrams_ignored : counters_.datagrams_malformed);
}

Engine::Verdict Engine::read_record(Association& association, const RecordHeader& header, ByteView payload) {
  uint8_t* const room = events_.payload_cursor();
  ByteView plaintext;
  switch (association.records()->open(header, payload, room, plaintext)) {
    case RecordLayer::Opened::kOk:
      break;
    case RecordLayer::Opened::kMalformed:
      ++counters_.records_malformed;
      return Verdict::kDropped;
    case RecordLayer::Opened::kOutOfEpoch:
      ++counters_.records_out_of_epoch;
      return Verdict::kDropped;
    case RecordLayer::Opened::kReplayed:
      ++counters_.records_replayed;
      return Verdict::kDropped;
    case RecordLayer::Opened::kUnauthenticated:
      ++counters_.records_unauthenticated;
      return Verdict::kDropped;
  }
  association.last_heard = now_;
  switch (header.type) {
    case content_type::kApplicationData:
      // It has our Finished, or would not have come so far.
      if (association.last_flight() != nullptr) {
        association.drop_last_flight();
        schedule_established(association);
      }
      if (plaintext.empty()) return Verdict::kAccepted;
      ++counters_.messages_received;
      events_.commit_behind(static_cast<size_t>(plaintext.data() - room), EventKind::kMessage, options_.number,
                            association.id, plaintext.size());
      return Verdict::kAccepted;
    case content_type::kAlert:
      return read_alert(association, plaintext);
    case content_type::kHandshake:
      read_handshake(association, plaintext);
      return Verdict::kAccepted;
    default:
      ++counters_.records_malformed;
      return Verdict::kDropped;
  }
}

/// Warnings change nothing, but for those that say goodbye.
Engine::Verdict Engine::read_alert(Association& association, ByteView alert) {
  if (alert.size() != 2) {
    ++counters_.records_malformed;
    return Verdict::kDropped;
  }
  const int level = alert[0];
  const int description = alert[1];
  if (description == SSL_AD_CLOSE_NOTIFY || description == SSL_AD_USER_CANCELLED) {
    say_goodbye(association);
    fail(association, {Cause::kCloseNotify, 0, {}});
    return Verdict::kEnded;
  }
  if (level != SSL3_AL_FATAL) return Verdict::kAccepted;
  fail(association, {Cause::kAlertReceived, level << 8 | description, {}});
  return Verdict::kEnded;
}

/// A repeated Finished: the peer waits for our last flight. There is no renegotiation (RFC 5246 7.2.2).
void Engine::read_handshake(Association& association, ByteView message) {
  if (message.empty()) return;
  const uint8_t unwanted = association.role() == Role::kServer ? kClientHello : kHelloRequest;
  if (message[0] == kFinished) {
    repeat_last_flight(association);
  } else if (message[0] == unwanted) {
    constexpr uint8_t kRefusal[] = {SSL3_AL_WARNING, SSL_AD_NO_RENEGOTIATION};
    write_record(association, content_type::kAlert, kRefusal);
  }
}

void Engine::repeat_last_flight(Association& association) {
  LastFlight* flight = association.last_flight();
  if (flight == nullptr || !flight->may_repeat()) return;
  ++counters_.last_flights_repeated;
  flight->repeat(*association.records(), [this, &association](ByteView datagram) {
    bio_.write_directly(association.peer(), datagram);
    association.traffic().note_sent(datagram.size());
  });
}

/// Straight into the outbox.
bool Engine::write_record(Association& association, uint8_t type, ByteView content) {
  const size_t size = association.records()->sealed_size(content.size());
  uint8_t* room = outbox_.append(options_.number, association.peer(), size);
  if (!association.records()->seal(type, content, room)) {
    outbox_.drop_last();
    return false;
  }
  ++counters_.datagrams_sent;
  counters_.bytes_sent += size;
  association.traffic().note_sent(size);
  return true;
}

/// libssl has no call for alerts of the application's choice, and would use the number of a record of ours again.
Status Engine::send_alert(PeerId peer, uint8_t level, uint8_t description) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->phase != Association::Phase::kEstablished) return Status::kNotConnected;
  const bool fatal = level == SSL3_AL_FATAL;
  if (association->records() == nullptr) {
    if (!fatal || !association->take_last_record_over(ciphers_)) return Status::kUnsupported;
    --counters_.peers_on_libssl;
  }
  const uint8_t alert[] = {level, description};
  Status status = Status::kExhausted;
  if (association->records()->can_seal()) {
    status = write_record(*association, content_type::kAlert, alert) ? Status::kOk : Status::kLibrary;
  }
  if (fatal) forget(peer);
  return status;
}

// The records of libssl

/// Feeds the whole datagram, or the runs of records between those that libssl must not see.
void Engine::feed_libssl(Association& association, ByteView datagram) {
  const PeerId id = association.id;
  const DtlsConnection& connection = *association.connection();
  RecordHeader header;
  ByteView payload;
  ByteView rest = datagram;
  ByteView run = datagram;
  for (ByteView before = rest; next_record(rest, header, payload); before = rest) {
    if (!connection.too_short(header)) continue;
    ++counters_.datagrams_ignored;
    ++counters_.records_malformed;
    const ByteView admitted = run.first(static_cast<size_t>(before.data() - run.data()));
    run = rest;
    if (!admitted.empty()) read_from_libssl(association, admitted);
    if (peers_.find(id) == nullptr || run.empty()) return;
  }
  read_from_libssl(association, run);
}

void Engine::read_from_libssl(Association& association, ByteView datagram) {
  DtlsConnection& connection = *association.connection();
  const bool fed = !datagram.empty();
  const uint64_t sent_before = counters_.datagrams_sent;
  bool any = false;
  for (;;) {
    if (!events_.has_room()) {
      if (!association.in_backlog) wait_for_room(association, {});
      if (!datagram.empty()) ++counters_.datagrams_ignored;
      return;
    }
    size_t size = 0;
    switch (connection.read(bio_, datagram, events_.payload_cursor(), EventSink::kMaxPayload, size)) {
      case DtlsConnection::ReadResult::kMessage:
        any = true;
        association.last_heard = now_;
        ++counters_.messages_received;
        events_.commit(EventKind::kMessage, options_.number, association.id, size);
        if (datagram.empty() && !connection.has_pending()) return;
        break;
      case DtlsConnection::ReadResult::kNothing:
        if (fed && !any && counters_.datagrams_sent == sent_before) ++counters_.datagrams_ignored;
        return;
      case DtlsConnection::ReadResult::kCloseNotify:
        say_goodbye(association);
        fail(association, {Cause::kCloseNotify, 0, {}});
        return;
      case DtlsConnection::ReadResult::kFailed:
        fail(association, connection.failure());
        return;
    }
  }
}

// The end

void Engine::say_goodbye(Association& association) {
  constexpr uint8_t kGoodbye[] = {SSL3_AL_WARNING, SSL_AD_CLOSE_NOTIFY};
  if (association.records() != nullptr)
    write_record(association, content_type::kAlert, kGoodbye);
  else
    association.connection()->shutdown(bio_);
}

/// Silence is measured when the deadline comes, not with each record.
void Engine::schedule_established(Association& association) {
  Micros at = association.last_flight() != nullptr ? association.last_flight_until : kNever;
  if (association.records() != nullptr && !association.records()->can_seal()) at = 0;
  const bool expires = options_.idle_timeout != kNever && association.role() == Role::kServer;
  if (expires) at = std::min(at, association.last_heard + options_.idle_timeout);
  deadlines_.set(association.deadline, at);
}

void Engine::expire_established(Association& association, Micros now) {
  if (association.records() != nullptr && !association.records()->can_seal()) {
    return fail(association, {Cause::kExhausted, 0, {}});
  }
  if (association.last_flight() != nullptr && association.last_flight_until <= now) association.drop_last_flight();
  const bool idle = options_.idle_timeout != kNever && association.role() == Role::kServer &&
                    association.last_heard + options_.idle_timeout <= now;
  if (!idle) return schedule_established(association);
  say_goodbye(association);
  fail(association, {Cause::kIdle, 0, {}});
}

}  // namespace core
