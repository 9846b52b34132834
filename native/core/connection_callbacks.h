#pragma once

#include "openssl.h"

namespace core {

struct ContextOptions;

// What libssl calls, for every SSL of an SSL_CTX: each finds its Connection by the SSL's app data.

void set_connection_callbacks(SSL_CTX* ctx, const ContextOptions& options);
void set_session_callbacks(SSL_CTX* ctx, const ContextOptions& options);
void set_keylog_callback(SSL_CTX* ctx);

}  // namespace core
