#include "tls12_prf.h"

namespace core {
namespace {

bool add_seed(EVP_PKEY_CTX* ctx, ByteView part) {
  return part.empty() || EVP_PKEY_CTX_add1_tls1_prf_seed(ctx, part.data(), static_cast<int>(part.size())) == 1;
}

}  // namespace

bool tls12_prf(const EVP_MD* digest, ByteView secret, std::string_view label, std::initializer_list<ByteView> seed,
               std::span<uint8_t> out) {
  ErrorQueueGuard guard;
  const EvpPkeyCtxPtr ctx(EVP_PKEY_CTX_new_id(EVP_PKEY_TLS1_PRF, nullptr));
  if (!ctx || EVP_PKEY_derive_init(ctx.get()) != 1 || EVP_PKEY_CTX_set_tls1_prf_md(ctx.get(), digest) != 1 ||
      EVP_PKEY_CTX_set1_tls1_prf_secret(ctx.get(), secret.data(), static_cast<int>(secret.size())) != 1 ||
      !add_seed(ctx.get(), bytes_of(label))) {
    return false;
  }
  for (const ByteView part : seed) {
    if (!add_seed(ctx.get(), part)) return false;
  }
  size_t size = out.size();
  return EVP_PKEY_derive(ctx.get(), out.data(), &size) == 1 && size == out.size();
}

}  // namespace core
