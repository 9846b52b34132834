#include "client_hello_extensions.h"

#include <algorithm>
#include <cctype>

#include "bytes.h"

namespace core {
namespace {

constexpr size_t kMaxHostName = 255;

ByteView extension(SSL* ssl, unsigned int type) {
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &data, &size) != 1) return {};
  return {data, size};
}

}  // namespace

std::string requested_server_name(SSL* ssl) {
  constexpr size_t kHeader = 5;  // length of the list, type of the name, length of the name
  const ByteView list = extension(ssl, TLSEXT_TYPE_server_name);
  if (list.size() < kHeader || list[2] != TLSEXT_NAMETYPE_host_name) return {};
  const size_t length = read_u16(&list[3]);
  if (length > kMaxHostName || length > list.size() - kHeader) return {};
  std::string name(reinterpret_cast<const char*>(list.data() + kHeader), length);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

bool offers_ticket(SSL* ssl) { return !extension(ssl, TLSEXT_TYPE_session_ticket).empty(); }

ByteView offered_stateful_ticket(SSL* ssl) {
  constexpr size_t kHeader = 4;  // length of the list, length of its first identity
  const ByteView identities = extension(ssl, TLSEXT_TYPE_psk);
  if (identities.size() < kHeader) return {};
  const size_t length = read_u16(&identities[2]);
  if (length != SSL_MAX_SSL_SESSION_ID_LENGTH || length > identities.size() - kHeader) return {};
  return identities.subspan(kHeader, length);
}

bool offers_tls13(SSL* ssl) {
  const ByteView versions = extension(ssl, TLSEXT_TYPE_supported_versions);
  for (size_t at = 1; at + 1 < versions.size(); at += 2) {
    if (read_u16(&versions[at]) == TLS1_3_VERSION) return true;
  }
  return false;
}

}  // namespace core
