#include "trust.h"

#include <cstdlib>
#include <vector>

#include "x509_reader.h"

namespace core {
namespace {

/// Where systems keep their trust anchors when OpenSSL was built for another one: Debian, Alpine, macOS; Fedora; SUSE.
constexpr const char* kSystemDirectory = "/etc/ssl/certs";
constexpr const char* kSystemFiles[] = {"/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/ssl/ca-bundle.pem"};

template <typename Ptr, typename T>
LoadResult add_all(X509_STORE* store, std::span<const ByteView> elements,
                   LoadError (*read)(ByteView, std::vector<Ptr>&), int (*add)(X509_STORE*, T*)) {
  ERR_clear_error();
  for (size_t index = 0; index < elements.size(); ++index) {
    std::vector<Ptr> objects;
    const LoadError error = read(elements[index], objects);
    if (error != LoadError::kNone) return {error, index};
    for (const Ptr& object : objects) {
      if (add(store, object.get()) != 1) return {LoadError::kLibrary, index};
    }
  }
  return {};
}

bool add_directory(X509_STORE* store, const char* directory) {
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  return lookup != nullptr && X509_LOOKUP_add_dir(lookup, directory, X509_FILETYPE_PEM) == 1;
}

bool add_file(X509_STORE* store, const char* file) {
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  return lookup != nullptr && X509_LOOKUP_load_file(lookup, file, X509_FILETYPE_PEM) == 1;
}

/// X509_STORE_get0_objects must not be used beside other threads; a store that is being built has none.
int count_objects(X509_STORE* store) { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store)); }

bool contains(STACK_OF(X509) * chain, X509* certificate) {
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (X509_cmp(sk_X509_value(chain, i), certificate) == 0) return true;
  }
  return false;
}

}  // namespace

LoadResult add_trust_anchors(X509_STORE* store, std::span<const ByteView> elements) {
  return add_all<X509Ptr, X509>(store, elements, read_certificates, X509_STORE_add_cert);
}

LoadResult add_trust_path(X509_STORE* store, const std::string& directory) {
  ERR_clear_error();
  if (directory.empty() || directory.find('\0') != std::string::npos) return {LoadError::kUnreadablePath};
  if (!add_directory(store, directory.c_str())) return {LoadError::kLibrary};
  return {};
}

LoadResult add_crls(X509_STORE* store, std::span<const ByteView> elements) {
  if (elements.empty()) return {};
  const LoadResult result = add_all<X509CrlPtr, X509_CRL>(store, elements, read_crls, X509_STORE_add_crl);
  if (result && X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) != 1) return {LoadError::kLibrary};
  return result;
}

void add_system_trust(X509_STORE* store) {
  const ErrorQueueGuard guard;
  const int before = count_objects(store);
  X509_STORE_set_default_paths(store);  // looks at the environment itself
  const bool file_loaded = count_objects(store) > before;
  if (std::getenv(X509_get_default_cert_dir_env()) == nullptr) add_directory(store, kSystemDirectory);
  if (file_loaded || std::getenv(X509_get_default_cert_file_env()) != nullptr) return;
  for (const char* file : kSystemFiles) {
    if (add_file(store, file)) return;
  }
}

bool rebuild_chain(SSL_CTX* ctx, X509_STORE* store) {
  ERR_clear_error();
  X509* leaf = SSL_CTX_get0_certificate(ctx);
  if (leaf == nullptr) return true;
  const X509StoreCtxPtr lookup(X509_STORE_CTX_new());
  if (!lookup || X509_STORE_CTX_init(lookup.get(), store, leaf, nullptr) != 1) return false;
  while (true) {
    STACK_OF(X509)* chain = nullptr;
    if (SSL_CTX_get0_chain_certs(ctx, &chain) != 1) return false;
    X509* last = sk_X509_num(chain) > 0 ? sk_X509_value(chain, sk_X509_num(chain) - 1) : leaf;
    X509* found = nullptr;
    const int outcome = X509_STORE_CTX_get1_issuer(&found, lookup.get(), last);
    const X509Ptr issuer(found);
    if (outcome < 0) return false;
    if (outcome == 0 || X509_cmp(issuer.get(), leaf) == 0 || contains(chain, issuer.get())) break;
    if (SSL_CTX_add1_chain_cert(ctx, issuer.get()) != 1) return false;
  }
  ERR_clear_error();
  return true;
}

}  // namespace core
