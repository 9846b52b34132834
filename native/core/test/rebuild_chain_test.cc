#include <vector>

#include "../credentials.h"
#include "../trust.h"
#include "pki.h"
#include "test.h"

namespace {

using Identities = std::vector<const pki::Identity*>;

const pki::Chain& chain() {
  static const pki::Chain made;
  return made;
}

/// The own chain after `own` (leaf first) was rebuilt from `trusted`, without the leaf; nothing when that failed.
std::vector<core::X509Ptr> rebuilt(const Identities& own, const Identities& trusted) {
  const core::SslCtxPtr ctx(SSL_CTX_new(TLS_client_method()));
  const core::X509StorePtr store(X509_STORE_new());
  for (const pki::Identity* identity : own) {
    const bool leaf = identity == own.front();
    CHECK((leaf ? SSL_CTX_use_certificate(ctx.get(), identity->certificate.get())
                : SSL_CTX_add1_chain_cert(ctx.get(), identity->certificate.get())) == 1);
  }
  for (const pki::Identity* identity : trusted) X509_STORE_add_cert(store.get(), identity->certificate.get());
  CHECK(core::rebuild_chain(ctx.get(), store.get()));
  CHECK(ERR_peek_error() == 0);
  STACK_OF(X509)* certificates = nullptr;
  SSL_CTX_get0_chain_certs(ctx.get(), &certificates);
  std::vector<core::X509Ptr> copy;
  for (int i = 0; certificates != nullptr && i < sk_X509_num(certificates); ++i) {
    copy.emplace_back(X509_dup(sk_X509_value(certificates, i)));
  }
  return copy;
}

bool same(const std::vector<core::X509Ptr>& chain, const Identities& expected) {
  if (chain.size() != expected.size()) return false;
  for (size_t i = 0; i < chain.size(); ++i) {
    if (X509_cmp(chain[i].get(), expected[i]->certificate.get()) != 0) return false;
  }
  return true;
}

}  // namespace

TEST("a chain is completed with the issuers in the store, up to the root") {
  const Identities trusted = {&chain().root, &chain().intermediate};
  CHECK(same(rebuilt({&chain().leaf}, trusted), {&chain().intermediate, &chain().root}));
  CHECK(same(rebuilt({&chain().leaf, &chain().intermediate}, trusted), {&chain().intermediate, &chain().root}));
  CHECK(same(rebuilt({&chain().leaf}, {&chain().intermediate}), {&chain().intermediate}));
}

TEST("a chain without issuer in the store stays as it is") {
  CHECK(same(rebuilt({&chain().leaf}, {}), {}));
  CHECK(same(rebuilt({&chain().leaf}, {&chain().root}), {}));
  CHECK(same(rebuilt({}, {&chain().root}), {}));
}

TEST("a self-signed certificate has nothing to add") {
  CHECK(same(rebuilt({&chain().root}, {&chain().root}), {}));
  CHECK(same(rebuilt({&chain().leaf, &chain().intermediate, &chain().root}, {&chain().root}),
             {&chain().intermediate, &chain().root}));
}

TEST("authorities that signed each other end the chain") {
  const pki::Identity first = pki::make({.name = "first", .authority = true});
  const pki::Identity second = pki::make({.name = "second", .authority = true}, &first);
  const pki::Identity first_by_second = pki::cross_signed(first, second);
  const pki::Identity leaf = pki::make({.name = "cross leaf"}, &second);
  CHECK(same(rebuilt({&leaf}, {&second, &first_by_second}), {&second, &first_by_second}));
}
