// The part of Engine that has to do with handshakes: whom it admits, and what libssl makes of their datagrams.

#include <utility>

#include "engine.h"

namespace core {
namespace {

/// As long as a client may repeat its last flight: RFC 6347 4.2.4 wants twice the longest life of a segment.
constexpr Micros kLastFlightLife = 240'000'000;

/// Associations that are looked at for one that is idle, when room is needed: the most idle of them goes.
constexpr int kIdleSamples = 32;

}  // namespace

HelloVerifier::Verdict Engine::verify(ByteView datagram, const Address& from, Micros now, ClientHello& hello) {
  HelloVerifier::Reply reply;
  auto verdict = verifier_->check(datagram, from, now, hello, reply);
  // Fragments are gathered in a buffer of the announced size.
  const bool known = verdict != HelloVerifier::Verdict::kMalformed;
  if (known && hello.length > server_->max_handshake_message()) verdict = HelloVerifier::Verdict::kMalformed;
  if (refusal_.left > 0 && verdict != HelloVerifier::Verdict::kMalformed) {
    refuse(hello, from);
    return HelloVerifier::Verdict::kReply;
  }
  switch (verdict) {
    case HelloVerifier::Verdict::kVerified:
      break;
    case HelloVerifier::Verdict::kMalformed:
      ++counters_.datagrams_malformed;
      break;
    case HelloVerifier::Verdict::kBadCookie:
      ++counters_.cookies_rejected;
      [[fallthrough]];
    case HelloVerifier::Verdict::kReply:
      ++counters_.hello_verify_requests;
      bio_.write_directly(from, reply);
      break;
  }
  return verdict;
}

/// With the number of the hello's record, as a HelloVerifyRequest has it: there is no state to count in.
void Engine::refuse(const ClientHello& hello, const Address& from) {
  constexpr size_t kAlertSize = 2;
  --refusal_.left;
  uint8_t* const out = bio_.write_directly(from, RecordHeader::kSize + kAlertSize);
  write_record_header(out, content_type::kAlert, 0, hello.record.sequence, kAlertSize);
  out[RecordHeader::kSize] = SSL3_AL_FATAL;
  out[RecordHeader::kSize + 1] = refusal_.alert;
}

/// A device that comes again takes its own place in the end.
bool Engine::admit(const Address& from, const Association* predecessor) {
  const AdmissionLimits& limits = options_.limits;
  if (limits.max_handshakes != 0 && counters_.peers_handshaking >= limits.max_handshakes) {
    ++counters_.handshakes_refused;
    return false;
  }
  if (!addresses_.has_room(from, predecessor != nullptr)) {
    ++counters_.peers_refused_by_address;
    return false;
  }
  if (predecessor != nullptr || peers_.size() < options_.max_peers) return true;
  // For each who is idle many may come; no more of them than a table full.
  if (counters_.peers_handshaking < options_.max_peers && pick_idle(nullptr) != nullptr) return true;
  ++counters_.peers_refused;
  return false;
}

void Engine::accept(ByteView datagram, const ClientHello& hello, const Address& from, Micros now,
                    Association* predecessor) {
  if (!admit(from, predecessor)) return;
  ++handshake_steps_;
  auto association = Association::accept(server_, bio_, from, datagram, hello);
  if (!association) {
    ++counters_.datagrams_ignored;
    return;
  }
  if (timeouts_.min != 0) association->connection()->timer = RetransmissionTimer(timeouts_.min, timeouts_.max);
  association->traffic().note_received(datagram.size());
  Association* inserted = insert(std::move(association), now, predecessor);
  if (inserted == nullptr) return;
  if (hello.message_sequence != 1) return feed_handshake(*inserted, datagram, now);
  // libssl has it, but not the records behind it, which may hold the other fragments.
  const PeerId id = inserted->id;
  step_handshake(*inserted, {}, now);
  const ByteView others = datagram.subspan(RecordHeader::kSize + hello.record.length);
  if (!hello.whole && !others.empty() && peers_.find(id) != nullptr) feed_handshake(*inserted, others, now);
}

/// Its client has begun again.
void Engine::give_up(Association& half_open) {
  report_question_over(half_open);
  ++counters_.handshakes_failed;
  remove(half_open);
}

/// Feeds the runs of records between those that libssl must not see, usually the whole datagram at once. Protected
/// records behind the one that completes the handshake are those of an established association. Records that have to
/// wait for a key are put aside.
void Engine::feed_handshake(Association& association, ByteView datagram, Micros now) {
  const PeerId id = association.id;
  DtlsConnection& connection = *association.connection();
  RecordHeader header;
  ByteView payload;
  ByteView rest = datagram;
  ByteView run = datagram;
  size_t records = 0;
  for (ByteView before = rest; next_record(rest, header, payload); before = rest) {
    ++records;
    // The Finished of a server that resumes comes with its ServerHello, which has to be read first.
    const bool too_early = header.epoch != 0 && !connection.suite_known();
    const bool admitted_now = !too_early && connection.admits(header, payload);
    const bool waits = admitted_now && waits_for_psk(connection, header, payload);
    if (admitted_now && !waits) continue;
    const ByteView admitted = run.first(static_cast<size_t>(before.data() - run.data()));
    run = before;
    if (!admitted.empty()) {
      step_handshake(association, admitted, now);
      if (peers_.find(id) == nullptr) return;
      if (association.phase == Association::Phase::kEstablished) return feed_established(association, before);
    }
    if (too_early && connection.admits(header, payload)) continue;
    run = rest;
    if (!waits) {
      ++counters_.datagrams_ignored;
      continue;
    }
    hold_for_psk(association, header, before.first(before.size() - rest.size()), now);
    if (peers_.find(id) == nullptr) return;
    if (association.phase == Association::Phase::kHandshaking) continue;
    if (!rest.empty()) feed_established(association, rest);
    return;
  }
  if (records == 0) ++counters_.datagrams_malformed;
  if (records > 0 && !run.empty()) step_handshake(association, run, now);
}

void Engine::step_handshake(Association& association, ByteView datagram, Micros now) {
  ++handshake_steps_;
  const PeerId id = association.id;
  OutboxRange written{outbox_.size(), 0};
  DtlsConnection& connection = *association.connection();
  const DtlsConnection::Progress progress = connection.handshake(bio_, datagram, now);
  written.last = outbox_.size();
  report_handshake(association);
  switch (progress) {
    case DtlsConnection::Progress::kEstablished:
      if (!established(association)) return;
      // libssl may have what came behind the Finished.
      if (connection.has_pending()) read_from_libssl(association, {});
      if (peers_.find(id) == nullptr) return;
      if (!association.in_backlog && association.take_records_over(ciphers_, outbox_, written)) {
        --counters_.peers_on_libssl;
      }
      association.last_flight_until = association.last_flight() == nullptr ? kNever : now + kLastFlightLife;
      schedule_established(association);
      return;
    case DtlsConnection::Progress::kFailed:
      fail(association, connection.failure());
      return;
    case DtlsConnection::Progress::kPending:
      break;
  }
  if (!connection.error_reported && association.role() == Role::kServer && connection.finished_unreadable()) {
    // Not the end: a forged or damaged record looks the same, and the real Finished may still come.
    connection.error_reported = true;
    ++counters_.finished_undecryptable;
    report_client_error(association, {Cause::kBadFinished, 0, {}});
  }
  schedule(association, now);
}

/// False: there is no room any more, and the association is gone.
bool Engine::established(Association& association) {
  if (Association* predecessor = peers_.find(association.predecessor)) {
    fail(*predecessor, {Cause::kReplaced, 0, {}});
  } else if (!make_room_for(association)) {
    say_goodbye(association);  // its client believes that it is connected
    fail(association, {Cause::kRejected, static_cast<int32_t>(Rejection::kNoRoom), {}});
    return false;
  }
  deadlines_.cancel(association.deadline);
  association.note_established();
  association.last_heard = now_;
  addresses_.note_established(association.peer());
  ++counters_.handshakes_completed;
  if (association.connection()->resumed()) ++counters_.handshakes_resumed;
  --counters_.peers_handshaking;
  ++counters_.peers_on_libssl;
  report_connected(association);
  return true;
}

// Room

bool Engine::make_room_for(const Association& newcomer) {
  // Handshakes do not count: of those some will fail, and some will take the places of their predecessors.
  const size_t established = peers_.size() - counters_.peers_handshaking;
  if (established < options_.max_peers || newcomer.role() == Role::kClient) return true;
  Association* idle = pick_idle(&newcomer);
  if (idle == nullptr) return false;
  say_goodbye(*idle);
  fail(*idle, {Cause::kEvicted, 0, {}});
  return true;
}

/// The one that was silent for the longest time, of some that chance picks: close enough to the oldest of all, and it
/// costs no list.
Association* Engine::pick_idle(const Association* except) {
  if (options_.evict_after == kNever) return nullptr;
  Association* oldest = nullptr;
  for (int i = 0; i < kIdleSamples; ++i) {
    uint64_t random = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&random), sizeof random) != 1) return nullptr;
    Association* candidate = peers_.sample(random);
    if (candidate == nullptr || candidate == except || candidate->role() == Role::kClient) continue;
    if (candidate->phase != Association::Phase::kEstablished) continue;
    if (candidate->last_heard + options_.evict_after > now_) continue;
    if (oldest == nullptr || candidate->last_heard < oldest->last_heard) oldest = candidate;
  }
  return oldest;
}

// Time

void Engine::expire_handshake(Association& association, Micros now) {
  if (resume_after_question(association, now)) return;
  DtlsConnection& connection = *association.connection();
  RetransmissionTimer& timer = connection.timer;
  const bool repeated =
      timer.running() && timer.expire(now) == RetransmissionTimer::Verdict::kRetransmit && connection.retransmit(bio_);
  if (!repeated) return fail(association, {Cause::kTimeout, 0, {}});
  ++counters_.flights_retransmitted;
  schedule(association, now);
}

/// A handshaking association always has a deadline: its flight's, or the patience of one whole schedule while it is
/// the peer's turn and nothing of ours is in the air.
void Engine::schedule(Association& association, Micros now) {
  DtlsConnection& connection = *association.connection();
  if (connection.timer.running()) {
    connection.idle_deadline_set = false;
    deadlines_.set(association.deadline, connection.timer.deadline());
  } else if (!connection.idle_deadline_set) {
    connection.idle_deadline_set = true;
    deadlines_.set(association.deadline, now + connection.timer.patience());
  }
}

}  // namespace core
