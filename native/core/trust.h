#pragma once

#include <span>
#include <string>

#include "bytes.h"
#include "load_result.h"
#include "openssl.h"

namespace core {

/// Adds trust anchors, each element PEM (any number) or DER. One that is there already is fine.
LoadResult add_trust_anchors(X509_STORE* store, std::span<const ByteView> elements);

/// Adds a directory with certificates and CRLs under hashed names (`openssl rehash`), which is searched in each
/// verification (X509_LOOKUP_add_dir). It need not exist nor be readable. OpenSSL takes a colon (Windows: semicolon) as
/// separating several directories. kUnreadablePath for an empty name and one with a NUL.
LoadResult add_trust_path(X509_STORE* store, const std::string& directory);

/// Adds certificate revocation lists, each element PEM (any number) or DER, and switches the check of the peer's own
/// certificate on (X509_V_FLAG_CRL_CHECK): from then on a peer whose issuer has no valid list here is refused.
/// Authorities are not checked (X509_V_FLAG_CRL_CHECK_ALL), since that would ask for a list of every CA up to the root,
/// which hardly anybody has. Without elements nothing changes.
LoadResult add_crls(X509_STORE* store, std::span<const ByteView> elements);

/// Adds what the operating system trusts: the environment's SSL_CERT_FILE and SSL_CERT_DIR where they are set, else
/// OpenSSL's own default places and the ones that are usual on Unix. Finding nothing is fine.
void add_system_trust(X509_STORE* store);

/// Completes the own chain in `ctx`: beginning with its last certificate, appends the issuer found in the store, again
/// and again until there is none or it is in the chain already. False when OpenSSL fails, not when nothing is found.
bool rebuild_chain(SSL_CTX* ctx, X509_STORE* store);

}  // namespace core
