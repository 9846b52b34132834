#pragma once

#include <vector>

#include "bytes.h"
#include "load_result.h"
#include "openssl.h"

namespace core {

/// Reads into `out` all certificates of a PEM text, or the only one of a DER object; which of both it is, is detected.
/// What comes after the last readable PEM object is ignored. At least one object has been read when the result is
/// kNone.
LoadError read_certificates(ByteView bytes, std::vector<X509Ptr>& out);

/// The same for certificate revocation lists.
LoadError read_crls(ByteView bytes, std::vector<X509CrlPtr>& out);

/// A BIO that reads `bytes`, which must outlive it and be no more than INT_MAX. Null when out of memory.
BioPtr reading_bio(ByteView bytes);

/// Whether the newest error says that there was no PEM object, as opposed to an unreadable one.
bool pem_start_line_missing();

/// For objects that have no business being encrypted: refuses, where a null callback would ask at the terminal.
int refuse_passphrase(char* buffer, int size, int writing, void* data);

}  // namespace core
