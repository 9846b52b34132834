// What the contexts of the server and of the load generator have in common.
#pragma once

#include "wire_bio.h"

// DTLS 1.2, the one suite by OpenSSL's name, no tickets, no sessions. NULL on failure; the reason is in OpenSSL's
// error queue.
SSL_CTX* dtls_context_new(const SSL_METHOD* method, const char* cipher);
