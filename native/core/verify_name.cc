#include "verify_name.h"

#include <algorithm>

namespace core {
namespace {

using OctetStringPtr = OpensslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;

/// OpenSSL 1.1.1 reads "192.0.2.1.example.com" as the address it begins with.
bool looks_like_ipv4(const std::string& name) {
  return std::count(name.begin(), name.end(), '.') == 3 && name.find_first_not_of("0123456789.") == std::string::npos;
}

bool looks_like_ipv6(const std::string& name) {
  return name.find(':') != std::string::npos && name.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos;
}

std::string without_zone(const std::string& name) { return name.substr(0, name.find('%')); }

}  // namespace

bool is_ip_literal(const std::string& name) {
  const ErrorQueueGuard guard;
  const std::string address = looks_like_ipv4(name) ? name : without_zone(name);
  if (!looks_like_ipv4(name) && !looks_like_ipv6(address)) return false;
  return OctetStringPtr(a2i_IPADDRESS(address.c_str())) != nullptr;
}

bool set_verify_name(SSL* ssl, const std::string& name) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  if (name.find('\0') != std::string::npos) return false;
  const bool ip = is_ip_literal(name);
  const std::string host = ip ? std::string() : name;
  if (X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size()) != 1) return false;
  return ip ? X509_VERIFY_PARAM_set1_ip_asc(param, without_zone(name).c_str()) == 1
            : X509_VERIFY_PARAM_set1_ip(param, nullptr, 0) == 1;
}

}  // namespace core
