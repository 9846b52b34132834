#include "../credentials.h"

#include <climits>
#include <string>
#include <vector>

#include "pki.h"
#include "test.h"

using core::bytes_of;
using core::ByteView;
using core::LoadError;
using core::LoadResult;

namespace {

core::SslCtxPtr new_ctx() { return core::SslCtxPtr(SSL_CTX_new(TLS_client_method())); }

const pki::Chain& chain() {
  static const pki::Chain made;
  return made;
}

LoadResult use(SSL_CTX* ctx, const std::vector<ByteView>& elements) { return core::use_certificates(ctx, elements); }

bool leaf_is(SSL_CTX* ctx, const pki::Identity& identity) {
  X509* leaf = SSL_CTX_get0_certificate(ctx);
  return leaf != nullptr && X509_cmp(leaf, identity.certificate.get()) == 0;
}

int chain_size(SSL_CTX* ctx) {
  STACK_OF(X509)* certificates = nullptr;
  SSL_CTX_get0_chain_certs(ctx, &certificates);
  return certificates == nullptr ? 0 : sk_X509_num(certificates);
}

bool chain_has(SSL_CTX* ctx, int index, const pki::Identity& identity) {
  STACK_OF(X509)* certificates = nullptr;
  SSL_CTX_get0_chain_certs(ctx, &certificates);
  return sk_X509_num(certificates) > index &&
         X509_cmp(sk_X509_value(certificates, index), identity.certificate.get()) == 0;
}

bool queue_empty() { return ERR_peek_error() == 0; }

std::string broken(std::string pem) {
  pem[pem.size() / 2] = '!';
  return pem;
}

}  // namespace

TEST("the first certificate is the leaf and all that follow are its chain, in PEM and DER alike") {
  const std::string first = pki::pem(chain().leaf) + pki::pem(chain().intermediate);
  const std::vector<uint8_t> second = pki::der(chain().root);
  const core::SslCtxPtr ctx = new_ctx();
  CHECK(bool(use(ctx.get(), {bytes_of(first), second})));
  CHECK(queue_empty());
  CHECK(leaf_is(ctx.get(), chain().leaf));
  CHECK_EQUAL(chain_size(ctx.get()), 2);
  CHECK(chain_has(ctx.get(), 0, chain().intermediate));
  CHECK(chain_has(ctx.get(), 1, chain().root));
}

TEST("no certificate at all is no error") {
  const core::SslCtxPtr ctx = new_ctx();
  CHECK(bool(use(ctx.get(), {})));
  CHECK(SSL_CTX_get0_certificate(ctx.get()) == nullptr);
}

TEST("a certificate that is not readable is named by its index") {
  const std::vector<uint8_t> good = pki::der(chain().leaf);
  std::vector<uint8_t> longer = pki::der(chain().intermediate);
  longer.push_back(0);
  const std::vector<uint8_t> shorter(good.begin(), good.end() - 1);
  const std::string key_only = pki::key_pem(chain().leaf.key.get());
  const std::string bad_pem = broken(pki::pem(chain().leaf));
  const auto outcome = [&](ByteView second) { return use(new_ctx().get(), {good, second}); };
  CHECK(outcome(longer).error == LoadError::kTrailing);
  CHECK(outcome(shorter).error == LoadError::kUnparsable);
  CHECK(!queue_empty());
  CHECK(outcome(bytes_of("garbage")).error == LoadError::kUnparsable);
  CHECK(outcome({}).error == LoadError::kUnparsable);
  CHECK(outcome(bytes_of(key_only)).error == LoadError::kUnparsable);
  CHECK(outcome(bytes_of(bad_pem)).error == LoadError::kUnparsable);
  CHECK(!queue_empty());
  CHECK_EQUAL(outcome(bytes_of("garbage")).index, size_t{1});
}

TEST("more than INT_MAX bytes are refused before they are looked at") {
  const uint8_t byte = 0;
  const ByteView claimed(&byte, size_t{INT_MAX} + 1);
  const core::SslCtxPtr ctx = new_ctx();
  CHECK(use(ctx.get(), {claimed}).error == LoadError::kTooBig);
  CHECK(core::use_private_key(ctx.get(), claimed, {}).error == LoadError::kTooBig);
}

TEST("garbage after a readable PEM certificate ends the list") {
  const std::string pem = pki::pem(chain().leaf) + broken(pki::pem(chain().intermediate)) + pki::pem(chain().root);
  const core::SslCtxPtr ctx = new_ctx();
  CHECK(bool(use(ctx.get(), {bytes_of(pem)})));
  CHECK(queue_empty());
  CHECK(leaf_is(ctx.get(), chain().leaf));
  CHECK_EQUAL(chain_size(ctx.get()), 0);
}

TEST("a key beside the certificates of a PEM text is skipped") {
  const std::string pem = pki::key_pem(chain().leaf.key.get()) + pki::pem(chain().leaf) + pki::pem(chain().root);
  const core::SslCtxPtr ctx = new_ctx();
  CHECK(bool(use(ctx.get(), {bytes_of(pem)})));
  CHECK(leaf_is(ctx.get(), chain().leaf));
  CHECK_EQUAL(chain_size(ctx.get()), 1);
}

TEST("a certificate that is too weak for the security level is the library's refusal") {
  const core::SslCtxPtr ctx = new_ctx();
  SSL_CTX_set_security_level(ctx.get(), 5);  // 256 bits: P-256 has 128
  const std::vector<uint8_t> leaf = pki::der(chain().leaf);
  CHECK(use(ctx.get(), {leaf}).error == LoadError::kLibrary);
  CHECK_EQUAL(ERR_GET_REASON(ERR_peek_error()), SSL_R_EE_KEY_TOO_SMALL);
  ERR_clear_error();
}
