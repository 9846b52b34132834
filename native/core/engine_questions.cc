// The part of Engine that has to do with questions: what a server's handshake waits for the application to say, while
// all other peers go on.

#include <utility>

#include "engine.h"
#include "payload_writer.h"

namespace core {

// A key

/// For a record that may be shown to libssl: whether the key of its client has to be known before.
bool Engine::waits_for_psk(const DtlsConnection& connection, const RecordHeader& header, ByteView payload) const {
  if (connection.psk_question != nullptr) return connection.psk_question->concerns(header, payload);
  const bool plain_handshake = header.epoch == 0 && header.type == content_type::kHandshake;
  return plain_handshake && connection.asks_psk() && IdentityReader::concerns(payload);
}

/// The association may be gone afterwards.
void Engine::hold_for_psk(Association& association, const RecordHeader& header, ByteView record, Micros now) {
  DtlsConnection& connection = *association.connection();
  if (connection.psk_question == nullptr) connection.psk_question = std::make_unique<PskQuestion>();
  PskQuestion& question = *connection.psk_question;
  if (!question.hold(header, record)) ++counters_.datagrams_ignored;
  if (question.state() != PskQuestion::State::kReading || !question.has_identity()) return;
  if (!connection.must_ask_for(question.identity())) return feed_held_flight(association, now);
  question.open();
  report_question(association);
  // The client has our flight, and it is our turn: one whole schedule is the time for an answer.
  connection.timer.stop();
  schedule(association, now);
}

/// In runs that end with a protected record, as a flight does: between ChangeCipherSpec and Finished an unreadable
/// record would be reported. What is left behind the one that completes the handshake are repetitions.
void Engine::feed_held_flight(Association& association, Micros now) {
  const PeerId id = association.id;
  const std::vector<uint8_t> flight = association.connection()->psk_question->settle();
  RecordHeader header;
  ByteView payload;
  ByteView run = flight;
  for (ByteView rest = flight; next_record(rest, header, payload);) {
    if (header.epoch == 0 && !rest.empty()) continue;
    step_handshake(association, run.first(run.size() - rest.size()), now);
    run = rest;
    if (peers_.find(id) == nullptr || association.phase == Association::Phase::kEstablished) return;
  }
}

// Answers

template <typename Answer>
Status Engine::answer(PeerId peer, Question question, Answer give) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  DtlsConnection* connection = association->connection();
  if (connection == nullptr || connection->open_question() != question) return Status::kNotConnected;
  give(*connection);
  connection->answered = true;
  deadlines_.set(association->deadline, 0);
  return Status::kOk;
}

Status Engine::answer_hello(PeerId peer, HelloVerdict verdict, std::shared_ptr<const Context> chosen) {
  return answer(peer, Question::kHello, [&](DtlsConnection& connection) {
    if (verdict == HelloVerdict::kAdmitted) return connection.admit(std::move(chosen));
    connection.reject(verdict == HelloVerdict::kDenied ? Rejection::kDenied : Rejection::kNoAnswer);
  });
}

Status Engine::answer_session(PeerId peer, ByteView der) {
  return answer(peer, Question::kSession, [der](DtlsConnection& connection) { connection.provide_session(der); });
}

Status Engine::answer_psk(PeerId peer, ByteView key, bool failed) {
  return answer(peer, Question::kPsk, [key, failed](DtlsConnection& connection) {
    PskQuestion& question = *connection.psk_question;
    question.note_answer();
    if (!failed) connection.provide_psk(question.identity(), key);
  });
}

/// The deadline of a handshake that has stopped at a question: it goes on with the answer or, when that has not come in
/// time, is refused. False: it is not for a question that it waits.
bool Engine::resume_after_question(Association& association, Micros now) {
  DtlsConnection& connection = *association.connection();
  const Question open = connection.open_question();
  const bool too_late = !connection.answered && (open == Question::kHello || open == Question::kPsk);
  if (!too_late && !connection.answered) return false;
  if (too_late && open == Question::kHello) connection.reject(Rejection::kNoAnswer);
  connection.answered = false;
  connection.idle_deadline_set = false;
  if (connection.psk_question != nullptr && connection.psk_question->is_asked())
    feed_held_flight(association, now);
  else
    step_handshake(association, {}, now);
  return true;
}

// Events

void Engine::report_question(Association& association) {
  DtlsConnection& connection = *association.connection();
  const Question question = connection.open_question();
  if (question == Question::kNone || question == connection.asked) return;
  connection.asked = question;
  connection.answered = false;
  ++counters_.questions_asked;
  PayloadWriter payload(events_);
  const auto commit = [&](EventKind kind, int32_t a = 0, int32_t b = 0) {
    events_.commit(kind, options_.number, association.id, payload.size(), a, b);
  };
  if (question == Question::kSession) {
    payload.bytes(*connection.wanted_session());
    return commit(EventKind::kSessionWanted);
  }
  payload.sized(association.peer().ip_text());
  if (question == Question::kPsk) {
    payload.sized(connection.psk_question->identity());
    return commit(EventKind::kPskWanted, association.peer().port);
  }
  payload.sized(connection.server_name());
  commit(EventKind::kHelloWanted, association.peer().port, connection.wants_credentials() ? 1 : 0);
}

void Engine::report_question_over(const Association& association) {
  const Question asked = association.connection()->asked;
  if (asked != Question::kHello && asked != Question::kPsk) return;
  events_.commit(EventKind::kQuestionOver, options_.number, association.id, 0);
}

}  // namespace core
