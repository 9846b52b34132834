#include "cipher_suite.h"

namespace core {
namespace {

constexpr CipherSuite kPskSuites[] = {
    {0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8", "PSK-AES128-CCM8", 16},
    {0xc0a4, "TLS_PSK_WITH_AES_128_CCM", "PSK-AES128-CCM", 24},
    {0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256", "PSK-AES128-GCM-SHA256", 24},
    {0xccab, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256", "PSK-CHACHA20-POLY1305", 16},
    {0xc0a9, "TLS_PSK_WITH_AES_256_CCM_8", "PSK-AES256-CCM8", 16},
    {0xc0a5, "TLS_PSK_WITH_AES_256_CCM", "PSK-AES256-CCM", 24},
    {0x00a9, "TLS_PSK_WITH_AES_256_GCM_SHA384", "PSK-AES256-GCM-SHA384", 24},
    {0x00ae, "TLS_PSK_WITH_AES_128_CBC_SHA256", "PSK-AES128-CBC-SHA256", 64},
    {0x00af, "TLS_PSK_WITH_AES_256_CBC_SHA384", "PSK-AES256-CBC-SHA384", 80},
    {0xccac, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-PSK-CHACHA20-POLY1305", 16},
    {0xc037, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", "ECDHE-PSK-AES128-CBC-SHA256", 64},
    {0xc038, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384", "ECDHE-PSK-AES256-CBC-SHA384", 80},
    {0x008c, "TLS_PSK_WITH_AES_128_CBC_SHA", "PSK-AES128-CBC-SHA", 48},
    {0x008d, "TLS_PSK_WITH_AES_256_CBC_SHA", "PSK-AES256-CBC-SHA", 48},
    {0xc035, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA", "ECDHE-PSK-AES128-CBC-SHA", 48},
    {0xc036, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA", "ECDHE-PSK-AES256-CBC-SHA", 48},
};

}  // namespace

std::span<const CipherSuite> psk_cipher_suites() { return kPskSuites; }

const CipherSuite* find_cipher_suite(uint16_t id) {
  for (const CipherSuite& suite : kPskSuites) {
    if (suite.id == id) return &suite;
  }
  return nullptr;
}

}  // namespace core
