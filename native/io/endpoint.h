#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "../core/engine.h"
#include "datagram_socket.h"
#include "fault_gate.h"
#include "fleet.h"
#include "sockaddr.h"
#include "tap.h"
#include "uv_handle.h"

namespace io {

class Reactor;
class ScriptSocket;

enum class Backend { kAuto, kMmsg, kUv, kScript, kFleet };

struct EndpointOptions {
  Backend backend = Backend::kAuto;
  SocketOptions socket;
  FleetOptions fleet;                            ///< of Backend::kFleet
  core::EngineOptions engine;                    ///< number is set here; ip_overhead 0: as the socket's family has it
  std::shared_ptr<const core::Context> context;  ///< null: takes no clients
  std::shared_ptr<core::Counters> counters;
};

/// One socket, the engine behind it and the timer for its deadlines. Lives until libuv has let go of both handles,
/// which never happens inside another callback: code that called out to the event reader may go on with `this`, but
/// must look at is_open() first.
class Endpoint final : private SocketObserver {
 public:
  Endpoint(Reactor& reactor, int32_t number, EndpointOptions options);
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Call once, first. After an error only the destructor may be called.
  IoError open();
  bool is_open() const { return open_; }
  int32_t number() const { return number_; }
  core::Address local_address() const { return socket_->local_address(); }
  core::Engine& engine() { return *engine_; }
  /// An IPv4 socket cannot speak to IPv6 addresses.
  bool can_reach(const core::Address& to) const { return to.family == 4 || socket_->family() == 6; }

  core::Engine::ConnectResult connect(const core::Address& to, std::shared_ptr<const core::Context> context,
                                      core::ClientParameters parameters);
  /// `give(engine)` answers a question of a handshake: see core::Engine.
  template <typename Give>
  core::Status answer(Give give) {
    const core::Status status = give(*engine_);
    arm_timer_now();
    return status;
  }
  void send(const core::Outbox& outbox, size_t first, size_t last);
  void set_ref(bool keep_alive) {
    keep_alive_ = keep_alive;
    socket_->set_ref(keep_alive);
  }

  /// connect(2) on the socket itself; see DatagramSocket.
  IoError connect_socket(const core::Address& remote);
  /// shutdown(2) in both directions: nothing is received any more, and what is sent goes nowhere. The port stays taken.
  void shut_down();
  /// While hidden, the kernel tells everybody that the port is closed, and what is sent goes nowhere; the port stays
  /// taken, the engine keeps what it has.
  IoError set_hidden(bool hidden);
  /// Copies of all datagrams go to the reactor's Tap from now on, or not any more.
  void set_tapped(bool tapped);
  /// -1 where there is none.
  int descriptor() const { return socket_->descriptor(); }
  /// Of the connected socket, IP header included; 0 when the system does not tell.
  int path_mtu() const;

  /// Null unless this is a fleet's. Its engine knows the devices as peers, by their own addresses.
  Fleet* fleet() { return fleet_; }
  /// From now on each datagram passes a core::FaultLayer with these rules: a test feature, off unless this is called.
  void set_faults(core::FaultRules rules, core::FaultMemory memory);
  /// Goes on from another port, and from another address where `local` names one; what belongs to the old one is lost.
  IoError rebind(const std::optional<core::Address>& local);

  bool is_script() const { return script_ != nullptr; }
  /// Script endpoints: a datagram has come. Copied; handled when the reactor settles.
  void inject(const core::Address& from, core::ByteView datagram);
  /// Script endpoints, for the reactor: what was injected goes to the engine...
  void read_script();
  /// ... and what was sent to the sink. False when nothing is left to do.
  bool write_script();

  /// Goes on with handshakes that had no time. False when none is left.
  bool work_off_deferred();

  /// Gives the engine the failures that sending has left. False when the sink has no room for what may come of it.
  bool report_send_failures();

  /// Stops all activity at once; for a reader that takes no more events.
  void stop();
  /// Lets go of the socket and the timer; Reactor::endpoint_closed() follows from the loop and destroys this object.
  void close();

 private:
  struct SendFailure {
    core::Address to;
    int error;
  };

  bool datagrams_received(std::span<const ReceivedDatagram> batch) override;
  bool has_enough() const override;
  bool receive_failed(int error) override;
  bool device_unreachable(const core::Address& device, int error) override;
  void send_failed(const core::Address& to, int error, bool lost) override;
  void datagrams_dropped(size_t count) override { counters_->datagrams_unsent += count; }
  void datagrams_unread(size_t count) override { counters_->datagrams_ignored += count; }
  void socket_broken(int error) override;

  void open_fleet();
  std::unique_ptr<DatagramSocket> make_socket();
  void transmit(const core::Outbox& outbox, size_t first, size_t last);
  void send_through_faults(const core::Outbox& outbox, size_t first, size_t last);
  std::span<const ReceivedDatagram> pass_faults(std::span<const ReceivedDatagram> batch);
  void release_waiting(uint64_t stop_at);
  bool release(const core::Waiting& datagram);
  void send_leaving(size_t count);
  void finish_waiting();
  void retire(std::unique_ptr<DatagramSocket> socket);
  void tap(Tap::Direction direction, const core::Address& peer, core::ByteView bytes, bool truncated, core::Micros at);
  void expect(std::span<const ReceivedDatagram> batch);
  void handle(const ReceivedDatagram& datagram);
  void account_handshake();
  void flush_flights();
  void note_memory();
  void on_timer();
  bool is_held_up(core::Micros due);
  bool has_unread() const;
  void arm_timer();
  void arm_timer_now();
  bool make_room();
  bool take_backlog();
  void note_script_work();
  void handle_closed();

  Reactor& reactor_;
  const int32_t number_;
  EndpointOptions options_;
  core::Counters* const counters_;
  std::unique_ptr<core::Engine> engine_;
  std::unique_ptr<DatagramSocket> socket_;
  ScriptSocket* script_ = nullptr;  ///< the socket, when it is one
  Fleet* fleet_ = nullptr;          ///< likewise
  UvHandle<uv_timer_t> timer_;
  core::Micros now_ = 0;
  core::Micros armed_for_ = core::kNever;
  core::Micros held_up_at_ = 0;  ///< when the loop was last found late; deadlines before then have had their grace
  core::Micros grace_until_ = 0;
  bool open_ = false;
  bool shut_down_ = false;
  bool hidden_ = false;
  SocketAddress bound_{};     ///< while hidden
  Tap* tap_ = nullptr;        ///< of the reactor, while tapped
  uint32_t lost_to_tap_ = 0;  ///< since the last one that found room there
  bool script_work_noted_ = false;
  bool deferred_noted_ = false;
  int handles_left_ = 0;
  uint32_t unflushed_steps_ = 0;
  uint64_t handshakes_since_ = 0;  ///< uv_hrtime when the present work began, or the last step of a handshake ended
  std::vector<SendFailure> send_failures_;
  std::unique_ptr<FaultGate> faults_;                     ///< null: no faults
  std::vector<std::unique_ptr<DatagramSocket>> retired_;  ///< rebind() has replaced them, libuv still has them
  bool keep_alive_ = true;
};

}  // namespace io
