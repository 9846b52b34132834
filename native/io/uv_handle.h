#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <utility>

namespace io {

/// Counts the libuv handles of one reactor whose memory libuv still uses. A handle that outlives its loop aborts the
/// process, so whoever tears down waits for zero. Must outlive the handles.
class HandleCount {
 public:
  HandleCount() = default;
  HandleCount(const HandleCount&) = delete;
  HandleCount& operator=(const HandleCount&) = delete;

  void opened() { ++open_; }

  /// Last thing that a close callback does: `done` may destroy this object.
  void closed() {
    if (--open_ == 0 && when_none_) std::exchange(when_none_, nullptr)();
  }

  /// Calls `done` once, when no handle is left; at once if that is so now.
  void when_none(std::function<void()> done) {
    if (open_ == 0) return done();
    when_none_ = std::move(done);
  }

 private:
  size_t open_ = 0;
  std::function<void()> when_none_;
};

/// Owns one libuv handle of type T. libuv keeps the memory until the close callback, so it lives in a box that frees
/// itself there; the owner may be gone by then. Callbacks other than that one never come after close().
template <typename T>
class UvHandle {
 public:
  explicit UvHandle(HandleCount& count) : count_(count) {}
  ~UvHandle() { close(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  /// `init` is given the T* for one of libuv's uv_*_init functions. Returns what it returned.
  template <typename Init>
  int open(void* owner, Init init) {
    auto box = std::make_unique<Box>(count_);
    if (int error = init(static_cast<T*>(box.get())); error != 0) return error;
    box->data = owner;
    box_ = box.release();
    count_.opened();
    return 0;
  }

  /// `closed` runs in the close callback, never from inside this call. Idempotent: only the first call counts.
  void close(std::function<void()> closed = nullptr) {
    if (box_ == nullptr) return;
    Box* box = std::exchange(box_, nullptr);
    box->closed = std::move(closed);
    uv_close(reinterpret_cast<uv_handle_t*>(static_cast<T*>(box)), [](uv_handle_t* handle) {
      std::unique_ptr<Box> last(static_cast<Box*>(reinterpret_cast<T*>(handle)));
      HandleCount& count = last->count;
      if (last->closed) last->closed();
      last.reset();
      count.closed();
    });
  }

  bool is_open() const { return box_ != nullptr; }
  /// Null when it is not open.
  T* raw() const { return box_; }
  uv_handle_t* handle() const { return reinterpret_cast<uv_handle_t*>(raw()); }

 private:
  struct Box : T {
    explicit Box(HandleCount& handles) : T{}, count(handles) {}
    HandleCount& count;
    std::function<void()> closed;
  };

  HandleCount& count_;
  Box* box_ = nullptr;
};

}  // namespace io
