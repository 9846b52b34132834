#include "../trust.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../credentials.h"
#include "pki.h"
#include "test.h"

using core::bytes_of;
using core::ByteView;
using core::LoadError;

namespace {

const pki::Chain& chain() {
  static const pki::Chain made;
  return made;
}

core::X509StorePtr new_store() { return core::X509StorePtr(X509_STORE_new()); }

core::LoadResult trust(X509_STORE* store, const std::vector<ByteView>& elements) {
  return core::add_trust_anchors(store, elements);
}

core::LoadResult revoke(X509_STORE* store, const std::vector<ByteView>& elements) {
  return core::add_crls(store, elements);
}

/// The X509 verify error for the chain's leaf, sent with its intermediate.
int verify(X509_STORE* store, const pki::Identity& leaf = chain().leaf) {
  const core::ErrorQueueGuard guard;
  STACK_OF(X509)* sent = sk_X509_new_null();
  sk_X509_push(sent, chain().intermediate.certificate.get());
  const core::X509StoreCtxPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store, leaf.certificate.get(), sent);
  X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  sk_X509_free(sent);
  return error;
}

/// A directory that goes with its content.
struct TemporaryDirectory {
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "trust_test_XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }

  void put(const std::string& name, const std::string& content) const { std::ofstream(path / name) << content; }
  /// Under the name by which OpenSSL looks certificates up.
  void put_hashed(const pki::Identity& identity) const {
    char name[32];
    std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(identity.certificate.get()));
    put(name, pki::pem(identity));
  }

  std::filesystem::path path;
};

struct Environment {
  Environment(const char* variable, const std::string& value) : name(variable) { setenv(name, value.c_str(), 1); }
  ~Environment() { unsetenv(name); }
  const char* name;
};

}  // namespace

TEST("trust anchors come from PEM texts with several and from DER, some of them twice") {
  const pki::Identity other = pki::make({.name = "other", .authority = true});
  const std::string both = pki::pem(other) + pki::pem(chain().root);
  const std::vector<uint8_t> der = pki::der(other);
  const core::X509StorePtr store = new_store();
  CHECK_EQUAL(verify(store.get()), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK(bool(trust(store.get(), {der, bytes_of(both), bytes_of(both)})));
  CHECK(ERR_peek_error() == 0);
  CHECK_EQUAL(verify(store.get()), X509_V_OK);
  CHECK_EQUAL(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get())), 2);
}

TEST("a trust anchor that is not readable is named by its index") {
  const std::vector<uint8_t> good = pki::der(chain().root);
  std::vector<uint8_t> longer = good;
  longer.push_back(1);
  const core::LoadResult garbage = trust(new_store().get(), {good, bytes_of("garbage")});
  CHECK(garbage.error == LoadError::kUnparsable);
  CHECK_EQUAL(garbage.index, size_t{1});
  CHECK(ERR_peek_error() != 0);
  CHECK(trust(new_store().get(), {longer}).error == LoadError::kTrailing);
}

TEST("trusting the intermediate alone is not enough") {
  const std::vector<uint8_t> intermediate = pki::der(chain().intermediate);
  const core::X509StorePtr store = new_store();
  CHECK(bool(trust(store.get(), {intermediate})));
  CHECK_EQUAL(verify(store.get()), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
}

TEST("a directory of hashed names is trusted, a missing or empty one is fine") {
  const TemporaryDirectory directory;
  const core::X509StorePtr store = new_store();
  CHECK(bool(core::add_trust_path(store.get(), "/nonexistent/directory")));
  CHECK(bool(core::add_trust_path(store.get(), directory.path.string())));
  CHECK_EQUAL(verify(store.get()), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  directory.put_hashed(chain().root);
  CHECK_EQUAL(verify(store.get()), X509_V_OK);
}

TEST("what cannot be a directory's name is refused") {
  const core::X509StorePtr store = new_store();
  CHECK(core::add_trust_path(store.get(), "").error == LoadError::kUnreadablePath);
  CHECK(core::add_trust_path(store.get(), std::string("/etc\0x", 6)).error == LoadError::kUnreadablePath);
}

TEST("a revocation list refuses the certificates in it, from PEM and from DER") {
  const core::X509CrlPtr crl = pki::make_crl(chain().intermediate, {&chain().leaf});
  const std::string pem = pki::pem(crl.get());
  const std::vector<uint8_t> der = pki::der(crl.get());
  const std::vector<uint8_t> root = pki::der(chain().root);
  for (const ByteView list : {bytes_of(pem), ByteView(der)}) {
    const core::X509StorePtr store = new_store();
    CHECK(bool(trust(store.get(), {root})));
    CHECK(bool(revoke(store.get(), {list})));
    CHECK_EQUAL(verify(store.get()), X509_V_ERR_CERT_REVOKED);
    const pki::Identity other = pki::make({.name = "other leaf"}, &chain().intermediate);
    CHECK_EQUAL(verify(store.get(), other), X509_V_OK);
  }
}

TEST("with revocation lists every peer needs one of its issuer that is still valid") {
  const std::vector<uint8_t> root = pki::der(chain().root);
  const std::vector<uint8_t> foreign = pki::der(pki::make_crl(chain().root, {}).get());
  const std::vector<uint8_t> outdated = pki::der(pki::make_crl(chain().intermediate, {}, -60).get());
  const auto outcome = [&](ByteView list) {
    const core::X509StorePtr store = new_store();
    CHECK(bool(trust(store.get(), {root})));
    CHECK(bool(revoke(store.get(), {list})));
    return verify(store.get());
  };
  CHECK_EQUAL(outcome(foreign), X509_V_ERR_UNABLE_TO_GET_CRL);
  CHECK_EQUAL(outcome(outdated), X509_V_ERR_CRL_HAS_EXPIRED);
}

TEST("authorities are not looked up in revocation lists") {
  const std::vector<uint8_t> root = pki::der(chain().root);
  const std::vector<uint8_t> of_root = pki::der(pki::make_crl(chain().root, {&chain().intermediate}).get());
  const std::vector<uint8_t> of_intermediate = pki::der(pki::make_crl(chain().intermediate, {}).get());
  const core::X509StorePtr store = new_store();
  CHECK(bool(trust(store.get(), {root})));
  CHECK(bool(revoke(store.get(), {of_root, of_intermediate})));
  CHECK_EQUAL(verify(store.get()), X509_V_OK);
}

TEST("without revocation lists nothing is looked up, and one that is not readable is named by its index") {
  const std::vector<uint8_t> root = pki::der(chain().root);
  const std::vector<uint8_t> good = pki::der(pki::make_crl(chain().intermediate, {}).get());
  const core::X509StorePtr store = new_store();
  CHECK(bool(trust(store.get(), {root})));
  CHECK(bool(revoke(store.get(), {})));
  CHECK_EQUAL(verify(store.get()), X509_V_OK);
  const core::LoadResult result = revoke(store.get(), {good, root});
  CHECK(result.error == LoadError::kUnparsable);
  CHECK_EQUAL(result.index, size_t{1});
  ERR_clear_error();
}

TEST("the environment says where the system's trust anchors are") {
  const TemporaryDirectory directory;
  directory.put("bundle.pem", pki::pem(chain().root));
  {
    const Environment file("SSL_CERT_FILE", (directory.path / "bundle.pem").string());
    const core::X509StorePtr store = new_store();
    core::add_system_trust(store.get());
    CHECK(ERR_peek_error() == 0);
    CHECK_EQUAL(verify(store.get()), X509_V_OK);
  }
  const Environment file("SSL_CERT_FILE", "/nonexistent/file");
  const Environment hashed("SSL_CERT_DIR", directory.path.string());
  const core::X509StorePtr store = new_store();
  core::add_system_trust(store.get());
  CHECK(ERR_peek_error() == 0);
  CHECK_EQUAL(verify(store.get()), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK_EQUAL(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get())), 0);
  directory.put_hashed(chain().root);
  CHECK_EQUAL(verify(store.get()), X509_V_OK);
}
