#include "reactor.h"

#include <utility>

namespace io {

namespace {

// Deliveries per settle(). What the reader does may fail at once and make new events (a connect() without a route);
// the rest waits for the next turn.
constexpr int kRoundsPerTurn = 4;

// An arena that one burst has blown up beyond this is given back.
constexpr size_t kKeptOutboxBytes = 4 << 20;

}  // namespace

Reactor::Reactor(uv_loop_t* loop, EventReader& reader)
    : loop_(loop), reader_(reader), prepare_(handles_), check_(handles_), wake_(handles_) {
  prepare_.open(this, [loop](uv_prepare_t* handle) { return uv_prepare_init(loop, handle); });
  check_.open(this, [loop](uv_check_t* handle) { return uv_check_init(loop, handle); });
  wake_.open(this, [loop](uv_idle_t* handle) { return uv_idle_init(loop, handle); });
  uv_unref(prepare_.handle());
  uv_unref(check_.handle());
}

Reactor::~Reactor() = default;

// Endpoints

std::variant<int32_t, IoError> Reactor::open_endpoint(EndpointOptions options) {
  if (halted_) return IoError{UV_ECANCELED, "open"};
  const int32_t number = reserve_number();
  auto endpoint = std::make_unique<Endpoint>(*this, number, std::move(options));
  if (IoError error = endpoint->open()) {
    free_numbers_.push_back(number);
    return error;
  }
  if (endpoint->is_script()) ++scripts_;
  endpoints_[static_cast<size_t>(number)] = std::move(endpoint);
  ++living_;
  update_activity();
  return number;
}

Endpoint* Reactor::find(int32_t number) {
  const size_t index = static_cast<size_t>(static_cast<uint32_t>(number));
  if (index >= endpoints_.size()) return nullptr;
  Endpoint* endpoint = endpoints_[index].get();
  return endpoint != nullptr && endpoint->is_open() ? endpoint : nullptr;
}

void Reactor::close_endpoint(int32_t number) {
  Endpoint* endpoint = find(number);
  if (endpoint == nullptr) return;
  endpoint->engine().close_all();
  flush();
  endpoint->close();
}

IoError Reactor::connect_socket(Endpoint& endpoint, const core::Address& remote) {
  flush();
  return endpoint.connect_socket(remote);
}

IoError Reactor::set_hidden(Endpoint& endpoint, bool hidden) {
  flush();
  return endpoint.set_hidden(hidden);
}

void Reactor::shut_down(Endpoint& endpoint) {
  flush();
  endpoint.shut_down();
}

IoError Reactor::rebind_socket(Endpoint& endpoint, const std::optional<core::Address>& local) {
  flush();
  return endpoint.rebind(local);
}

void Reactor::close_all() {
  for (size_t number = 0; number < endpoints_.size(); ++number) close_endpoint(static_cast<int32_t>(number));
}

void Reactor::shutdown(std::function<void()> done) {
  flush();
  halt();
  for (auto& endpoint : endpoints_) {
    if (endpoint != nullptr && endpoint->is_open()) endpoint->close();
  }
  prepare_.close();
  check_.close();
  wake_.close();
  handles_.when_none(std::move(done));
}

int32_t Reactor::reserve_number() {
  if (free_numbers_.empty()) {
    endpoints_.emplace_back();
    return static_cast<int32_t>(endpoints_.size() - 1);
  }
  const int32_t number = free_numbers_.back();
  free_numbers_.pop_back();
  return number;
}

void Reactor::note_send_failure(int32_t number) { failing_.push_back(number); }

void Reactor::note_deferred(int32_t number) {
  deferring_.push_back(number);
  if (!halted_) wake();
}

void Reactor::note_script_work(int32_t number) {
  script_work_.push_back(number);
  if (!halted_) wake();
}

/// A script endpoint may have its goodbyes to hand over still: it goes when its end is announced.
void Reactor::endpoint_closed(int32_t number) {
  --living_;
  if (halted_) return;
  closed_.push_back(number);
  // Nothing else may be left that keeps the loop going until the news is out.
  wake();
}

// The turn

void Reactor::work_off_deferred() {
  if (deferring_.empty() || halted_ || delivering_ || !prepare_events()) return;
  for (const int32_t number : std::exchange(deferring_, {})) {
    Endpoint* endpoint = find(number);
    if (endpoint != nullptr && endpoint->work_off_deferred()) deferring_.push_back(number);
    if (halted_) return;
  }
}

void Reactor::settle() {
  if (halted_ || delivering_ || !prepare_events()) return;
  for (int round = 0; round < kRoundsPerTurn && collect(); ++round) {
    if (!deliver()) return;
    flush();
  }
  flush();
  if (halted_) return;
  const bool work_left = events_.count() > 0 || !failing_.empty() || !closed_.empty() || !script_work_.empty() ||
                         !deferring_.empty() || !tap_.empty();
  work_left ? wake() : static_cast<void>(uv_idle_stop(wake_.raw()));
}

/// Adds what has come up outside of the engines' own calls. True when there is something to deliver.
bool Reactor::collect() {
  if (scripts_ > 0) exchange_with_scripts();
  while (!failing_.empty()) {
    Endpoint* endpoint = find(failing_.back());
    if (endpoint != nullptr && !endpoint->report_send_failures()) return true;
    failing_.pop_back();
  }
  tap_.write(events_);
  // With room left, nothing is left in the queues of script endpoints, nor in the tap.
  while (!closed_.empty() && events_.has_room()) {
    std::unique_ptr<Endpoint> endpoint = std::move(endpoints_[static_cast<size_t>(closed_.back())]);
    if (endpoint->is_script()) --scripts_;
    events_.commit(core::EventKind::kEndpointClosed, closed_.back(), 0, 0);
    announced_.push_back(closed_.back());
    closed_.pop_back();
  }
  return events_.count() > 0;
}

/// What was injected goes to the engines, and what these send becomes events. A reader that is called for want of room
/// may add to the work.
void Reactor::exchange_with_scripts() {
  for (size_t i = 0; i < script_work_.size(); ++i) {
    if (Endpoint* endpoint = find(script_work_[i])) endpoint->read_script();
  }
  if (halted_) return;
  flush();
  std::erase_if(script_work_,
                [this](int32_t number) { return !endpoints_[static_cast<size_t>(number)]->write_script(); });
}

bool Reactor::deliver() {
  if (halted_ || delivering_) return false;
  delivering_ = true;
  const bool go_on = reader_.deliver(events_.count());
  delivering_ = false;
  events_.clear_events();
  free_numbers_.insert(free_numbers_.end(), announced_.begin(), announced_.end());
  announced_.clear();
  if (!go_on || !events_.has_room()) halt();
  if (halted_) return false;
  update_activity();
  return true;
}

void Reactor::flush() {
  for (size_t first = 0; first < outbox_.size();) {
    const int32_t number = outbox_[first].endpoint;
    size_t last = first + 1;
    while (last < outbox_.size() && outbox_[last].endpoint == number) ++last;
    if (Endpoint* endpoint = find(number)) endpoint->send(outbox_, first, last);
    first = last;
  }
  if (outbox_.total_bytes() > kKeptOutboxBytes) outbox_ = {};
  outbox_.clear();
}

void Reactor::wake() {
  uv_idle_start(wake_.raw(), [](uv_idle_t*) {});
}

/// Everything falls silent; only shutdown() is left to come.
void Reactor::halt() {
  if (halted_) return;
  halted_ = true;
  for (auto& endpoint : endpoints_) {
    if (endpoint != nullptr && endpoint->is_open()) endpoint->stop();
  }
  uv_prepare_stop(prepare_.raw());
  uv_check_stop(check_.raw());
  uv_idle_stop(wake_.raw());
}

void Reactor::update_activity() {
  const bool active = living_ > 0 || !closed_.empty();
  if (active == active_) return;
  active_ = active;
  if (active) {
    uv_prepare_start(prepare_.raw(), [](uv_prepare_t* handle) {
      auto* reactor = static_cast<Reactor*>(handle->data);
      reactor->handshake_nanos_ = 0;
      reactor->settle();
    });
    uv_check_start(check_.raw(), [](uv_check_t* handle) {
      auto* reactor = static_cast<Reactor*>(handle->data);
      reactor->work_off_deferred();
      reactor->settle();
    });
  } else {
    uv_prepare_stop(prepare_.raw());
    uv_check_stop(check_.raw());
  }
  reader_.activity_changed(active);
}

}  // namespace io
