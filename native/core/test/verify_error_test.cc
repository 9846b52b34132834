#include "../verify_error.h"

#include <string_view>

#include "../openssl.h"
#include "test.h"

namespace {

bool named(int error, std::string_view name) { return core::verify_error_name(error) == name; }

}  // namespace

TEST("verification errors have the names that node:tls gives them") {
  CHECK(named(X509_V_OK, "OK"));
  CHECK(named(10, "CERT_HAS_EXPIRED"));
  CHECK(named(18, "DEPTH_ZERO_SELF_SIGNED_CERT"));
  CHECK(named(20, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"));
  CHECK(named(23, "CERT_REVOKED"));
  CHECK(named(62, "HOSTNAME_MISMATCH"));
  CHECK(named(64, "IP_ADDRESS_MISMATCH"));
  CHECK(named(65, "DANE_NO_MATCH"));
  CHECK(named(X509_V_ERR_INVALID_CA, "INVALID_CA"));
  CHECK(named(1, "UNSPECIFIED"));
  CHECK(named(-1, "UNSPECIFIED"));
  CHECK(named(100'000, "UNSPECIFIED"));
}

TEST("every verification error that OpenSSL has a text for has a name") {
  for (int error = 2; error <= X509_V_ERR_EC_KEY_EXPLICIT_PARAMS; ++error) CHECK(!named(error, "UNSPECIFIED"));
}
