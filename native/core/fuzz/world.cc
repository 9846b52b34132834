#include "world.h"

#include <algorithm>

namespace {

constexpr size_t kMaxPackets = 64;
constexpr uint16_t kFirstPort = 5684;
constexpr size_t kMtu = 1232;
constexpr size_t kMessageNumber = 2;

}  // namespace

World::World(Security::Kind kind, End::Options server_options)
    : security_(Security::of(kind)), server_options_(server_options) {
  security_.restore();
  ends_[0] = std::make_unique<End>(0, End::Options{}, nullptr);
  ends_[1] = std::make_unique<End>(1, server_options, security_.server_context);
  serving_[1] = true;
}

core::Address World::address(uint8_t end, uint8_t line) {
  return ipv4(static_cast<uint8_t>(end + 1), static_cast<uint16_t>(kFirstPort + line));
}

uint8_t World::line_of(const core::Address& address) {
  const int line = address.port - kFirstPort;
  REQUIRE(line >= 0 && line <= kQuietLine);
  return static_cast<uint8_t>(line);
}

uint8_t World::line_of(uint8_t end, core::PeerId peer) const {
  const auto found = line_of_peer_[end].find(peer);
  REQUIRE(found != line_of_peer_[end].end());
  return found->second;
}

// What the ends do

void World::connect(uint8_t end, uint8_t line, Credentials credentials) {
  core::ClientParameters parameters = credentials == Credentials::kWrong ? security_.impostor() : security_.client();
  if (credentials == Credentials::kSession) parameters.session = session_;
  if (credentials != Credentials::kWrong) ++lines_[line].handshakes_begun[end];
  connect(end, line, std::move(parameters));
}

void World::connect(uint8_t end, uint8_t line, core::ClientParameters parameters) {
  const bool full = ends_[end]->counters().peers >= End::kMaxPeers;
  const auto [status, peer] =
      ends_[end]->engine().connect(address(1 - end, line), security_.client_context, std::move(parameters), now_);
  if (status == core::Status::kOk) {
    lines_[line].peer[end] = peer;
    line_of_peer_[end][peer] = line;
  }
  REQUIRE(status == core::Status::kOk || status == core::Status::kAddressInUse || full);
  after_call();
}

void World::send(uint8_t end, uint8_t line, size_t size) {
  const core::PeerId peer = lines_[line].peer[end];
  std::vector<uint8_t> bytes(size);
  if (size >= kMessageNumber) core::write_u16(bytes.data(), static_cast<uint16_t>(messages_.size()));
  const core::Association* association = ends_[end]->engine().find(peer);
  const size_t most = association == nullptr ? 0 : association->inner_mtu();
  const core::Status status = ends_[end]->engine().send(peer, bytes);
  if (!ends_[end]->established(peer)) {
    REQUIRE(status == (association == nullptr ? core::Status::kNoSuchPeer : core::Status::kNotConnected));
  } else {
    REQUIRE(status == (size > most ? core::Status::kTooLarge : core::Status::kOk));
    const auto to = static_cast<uint8_t>(1 - end);
    if (status == core::Status::kOk && size >= kMessageNumber) messages_.push_back({to, line, size});
  }
  after_call();
}

void World::close(uint8_t end, uint8_t line, bool goodbye) {
  lines_[line].gave_up[end] = true;
  ends_[end]->close(lines_[line].peer[end], goodbye);
  after_call();
}

void World::serve(uint8_t end, bool on) {
  serving_[end] = on;
  ends_[end]->engine().set_server(on ? security_.server_context : nullptr);
}

void World::defer(bool deferring) {
  ends_[1]->engine().set_deferring(deferring);
  if (!deferring) ends_[1]->catch_up(now_);
  after_call();
}

void World::know_identity(bool known) {
  identity_known_ = known;
  if (!security_.has_psk()) return;
  security_.restore();
  if (!known) security_.psk->clear();
}

void World::answer_session(uint8_t end, Answer answer, core::ByteView made_up) {
  if (lookups_[end].empty()) return;
  const auto [peer, id] = lookups_[end].front();
  lookups_[end].pop_front();
  const auto kept = kept_sessions_.find(id);
  core::ByteView der = answer == Answer::kMadeUp ? made_up : core::ByteView();
  if (answer == Answer::kRight && kept != kept_sessions_.end()) der = core::bytes_of(kept->second);
  ends_[end]->engine().answer_session(peer, der);
  wait(0);
}

// What comes to them

void World::deliver(const Packet& packet) {
  const auto from = static_cast<uint8_t>(1 - packet.to);
  ends_[packet.to]->receive(packet.bytes, address(from, packet.line), now_);
  after_call();
}

void World::transport_failed(uint8_t end, uint8_t line) {
  ends_[end]->transport_failed(address(1 - end, line));
  after_call();
}

void World::wait(core::Micros duration) {
  now_ += duration;
  for (const auto& end : ends_) end->tick(now_);
  after_call();
}

void World::wait_for_deadline() {
  const core::Micros next = std::min(ends_[0]->engine().next_deadline(), ends_[1]->engine().next_deadline());
  if (next != core::kNever) wait(std::max(next, now_) - now_);
}

// What comes from them

void World::after_call() {
  for (uint8_t end = 0; end < kEnds; ++end) {
    ends_[end]->require_consistent();
    look_at_events(end);
    collect_packets(end);
  }
}

void World::collect_packets(uint8_t end) {
  core::Outbox& outbox = ends_[end]->outbox();
  for (size_t i = 0; i < outbox.size(); ++i) {
    const auto to = static_cast<uint8_t>(1 - end);
    const uint8_t line = line_of(outbox[i].to);
    REQUIRE(outbox[i].to == address(to, line));
    core::ByteView rest = outbox.bytes(outbox[i]);
    REQUIRE(!rest.empty() && rest.size() <= kMtu);
    const Packet packet{to, line, {rest.begin(), rest.end()}};
    for (core::RecordHeader header; !rest.empty();) {
      core::ByteView payload;
      REQUIRE(core::next_record(rest, header, payload));
    }
    if (packets.size() < kMaxPackets) packets.push_back(packet);
    history.push_back(packet);
    if (history.size() > kMaxPackets) history.pop_front();
  }
  outbox.clear();
}

void World::look_at_events(uint8_t end) {
  for (const Side::Event& event : ends_[end]->take_events()) {
    switch (event.kind) {
      case core::EventKind::kConnected:
        on_connected(end, event);
        break;
      case core::EventKind::kMessage:
        on_message(end, event);
        break;
      case core::EventKind::kClosed:
        on_closed(end, event);
        break;
      case core::EventKind::kClientError:
        lines_[line_of(address(1 - end, static_cast<uint8_t>(event.c - kFirstPort)))].gave_up[end] = true;
        break;
      case core::EventKind::kSession:
        on_session(end, event);
        break;
      case core::EventKind::kSessionWanted:
        lookups_[end].emplace_back(event.peer, event.payload);
        break;
      default:
        break;
    }
  }
}

void World::on_connected(uint8_t end, const Side::Event& event) {
  const uint8_t line = line_of(address(1 - end, static_cast<uint8_t>((event.c >> 8) - kFirstPort)));
  const bool as_server = (event.c & core::kFlagServer) != 0;
  REQUIRE(lines_[line].handshakes_begun[as_server ? 1 - end : end] > 0);
  if (!as_server) REQUIRE(lines_[line].peer[end] == event.peer);
  lines_[line].peer[end] = event.peer;
  line_of_peer_[end][event.peer] = line;
}

void World::on_message(uint8_t end, const Side::Event& event) {
  if (event.payload.size() < kMessageNumber) return;
  const size_t number = core::read_u16(reinterpret_cast<const uint8_t*>(event.payload.data()));
  REQUIRE(number < messages_.size());
  Message& message = messages_[number];
  REQUIRE(message.to == end && message.line == line_of(end, event.peer) && message.size == event.payload.size());
  REQUIRE(!message.received);
  message.received = true;
}

void World::on_closed(uint8_t end, const Side::Event& event) {
  Line& line = lines_[line_of(end, event.peer)];
  const bool was_established = event.c == 1;
  const auto cause = static_cast<core::Cause>(event.a);
  if (was_established) {
    switch (cause) {
      case core::Cause::kReplaced:
        REQUIRE(line.handshakes_begun[1 - end] > 1);
        break;
      case core::Cause::kIdle:
      case core::Cause::kEvicted:
        REQUIRE(end == 1 && server_options_.busy);
        break;
      default:
        REQUIRE(line.gave_up[1 - end]);
    }
  }
  line.gave_up[end] = true;
}

void World::on_session(uint8_t, const Side::Event& event) {
  const bool of_server = event.a == 1;
  if (!of_server) {
    session_.assign(event.payload.begin(), event.payload.end());
    return;
  }
  const size_t id = static_cast<uint8_t>(event.payload.at(0));
  kept_sessions_[event.payload.substr(1, id)] = event.payload.substr(1 + id);
}

// At the end

void World::require_patience_ends() {
  constexpr size_t kMostDeadlines = 400;
  defer(false);
  for (size_t i = 0; i <= kMostDeadlines; ++i) {
    packets.clear();
    const bool waiting = ends_[0]->counters().peers_handshaking + ends_[1]->counters().peers_handshaking > 0;
    if (!waiting) return;
    wait_for_deadline();
  }
  REQUIRE(!"a handshake goes on although nothing comes");
}

void World::require_service() {
  const bool full = std::ranges::any_of(ends_, [](const auto& end) { return end->counters().peers >= End::kMaxPeers; });
  if (!serving_[1] || !identity_known_ || full || server_options_.limited) return;
  packets.clear();
  connect(0, kQuietLine, Credentials::kRight);
  while (!packets.empty()) {
    const Packet packet = packets.front();
    packets.pop_front();
    deliver(packet);
  }
  for (uint8_t end = 0; end < kEnds; ++end) REQUIRE(ends_[end]->established(lines_[kQuietLine].peer[end]));
}

void World::require_clean_end() {
  for (const auto& end : ends_) end->close_all();
}
