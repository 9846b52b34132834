#include "deferred_datagrams.h"

#include <utility>

namespace core {

bool DeferredDatagrams::add(ByteView datagram, const Address& from) {
  if (datagrams_.size() == kMaxDatagrams || bytes_ + datagram.size() > kMaxBytes) return false;
  uint32_t& of_peer = per_peer_[from];
  if (of_peer == kMaxPerPeer) return false;
  ++of_peer;
  bytes_ += datagram.size();
  datagrams_.push_back({from, {datagram.begin(), datagram.end()}});
  return true;
}

DeferredDatagrams::Datagram DeferredDatagrams::take() {
  Datagram oldest = std::move(datagrams_.front());
  datagrams_.pop_front();
  bytes_ -= oldest.bytes.size();
  const auto of_peer = per_peer_.find(oldest.from);
  if (--of_peer->second == 0) per_peer_.erase(of_peer);
  return oldest;
}

void DeferredDatagrams::clear() {
  datagrams_.clear();
  per_peer_.clear();
  bytes_ = 0;
}

}  // namespace core
