/** Cipher suites by the names that the programs under test use for them. */
export interface Suite {
  id: number;
  name: string;
  openssl: string;
  /** Priority string terms of GnuTLS. */
  gnutls: string;
  /** Words in gnutls-cli's description of the session. */
  gnutlsDescription: string;
  /** What the server is known by; a suite of TLS 1.3 says nothing about it. Default psk. */
  kind?: 'psk' | 'certificate' | 'tls13';
}

export const ccm8: Suite = {
  id: 0xc0a8,
  name: 'TLS_PSK_WITH_AES_128_CCM_8',
  openssl: 'PSK-AES128-CCM8',
  gnutls: '+PSK:+AES-128-CCM-8:+AEAD',
  gnutlsDescription: '(PSK)-(AES-128-CCM-8)',
};

export const gcm: Suite = {
  id: 0x00a8,
  name: 'TLS_PSK_WITH_AES_128_GCM_SHA256',
  openssl: 'PSK-AES128-GCM-SHA256',
  gnutls: '+PSK:+AES-128-GCM:+AEAD',
  gnutlsDescription: '(PSK)-(AES-128-GCM)',
};

export const cbc: Suite = {
  id: 0x00ae,
  name: 'TLS_PSK_WITH_AES_128_CBC_SHA256',
  openssl: 'PSK-AES128-CBC-SHA256',
  gnutls: '+PSK:+AES-128-CBC:+SHA256',
  gnutlsDescription: '(PSK)-(AES-128-CBC)-(SHA256)',
};

export const ecdheCbc: Suite = {
  id: 0xc037,
  name: 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
  openssl: 'ECDHE-PSK-AES128-CBC-SHA256',
  gnutls: '+ECDHE-PSK:+AES-128-CBC:+SHA256',
  gnutlsDescription: '(AES-128-CBC)-(SHA256)',
};

export const suites = [ccm8, gcm, cbc, ecdheCbc];

/** gnutls-cli 3.7.9 crashes while it describes an ECDHE-PSK session, whoever the server is. */
export const gnutlsCliSuites = [ccm8, gcm, cbc];

export const ecdsaCcm8: Suite = {
  id: 0xc0ae,
  name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
  openssl: 'ECDHE-ECDSA-AES128-CCM8',
  gnutls: '+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD',
  gnutlsDescription: '(AES-128-CCM-8)',
  kind: 'certificate',
};

export const ecdsaGcm: Suite = {
  id: 0xc02b,
  name: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  openssl: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  gnutls: '+ECDHE-ECDSA:+AES-128-GCM:+AEAD',
  gnutlsDescription: '(AES-128-GCM)',
  kind: 'certificate',
};

export const ecdsaCbc: Suite = {
  id: 0xc023,
  name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  openssl: 'ECDHE-ECDSA-AES128-SHA256',
  gnutls: '+ECDHE-ECDSA:+AES-128-CBC:+SHA256',
  gnutlsDescription: '(AES-128-CBC)-(SHA256)',
  kind: 'certificate',
};

export const ecdsaChacha: Suite = {
  id: 0xcca9,
  name: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  openssl: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  gnutls: '+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD',
  gnutlsDescription: '(CHACHA20-POLY1305)',
  kind: 'certificate',
};

export const rsaGcm: Suite = {
  id: 0xc02f,
  name: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  openssl: 'ECDHE-RSA-AES128-GCM-SHA256',
  gnutls: '+ECDHE-RSA:+AES-128-GCM:+AEAD',
  gnutlsDescription: '(AES-128-GCM)',
  kind: 'certificate',
};

/** Of any version up to 1.2, for peers that are too old. */
export const ecdsaSha1: Suite = {
  id: 0xc009,
  name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  openssl: 'ECDHE-ECDSA-AES128-SHA',
  gnutls: '+ECDHE-ECDSA:+AES-128-CBC:+SHA1',
  gnutlsDescription: '(AES-128-CBC)-(SHA1)',
  kind: 'certificate',
};

/** All but `rsaGcm` want a server with an ECDSA key. */
export const certificateSuites = [ecdsaCcm8, ecdsaGcm, ecdsaCbc, ecdsaChacha, rsaGcm];

export const tls13Gcm: Suite = {
  id: 0x1301,
  name: 'TLS_AES_128_GCM_SHA256',
  openssl: 'TLS_AES_128_GCM_SHA256',
  gnutls: '+AES-128-GCM:+AEAD',
  gnutlsDescription: '(AES-128-GCM)',
  kind: 'tls13',
};

export const tls13Ccm: Suite = {
  id: 0x1304,
  name: 'TLS_AES_128_CCM_SHA256',
  openssl: 'TLS_AES_128_CCM_SHA256',
  gnutls: '+AES-128-CCM:+AEAD',
  gnutlsDescription: '(AES-128-CCM)',
  kind: 'tls13',
};

export const tls13Ccm8: Suite = {
  id: 0x1305,
  name: 'TLS_AES_128_CCM_8_SHA256',
  openssl: 'TLS_AES_128_CCM_8_SHA256',
  gnutls: '+AES-128-CCM-8:+AEAD',
  gnutlsDescription: '(AES-128-CCM-8)',
  kind: 'tls13',
};

export const tls13Suites = [tls13Gcm, tls13Ccm, tls13Ccm8];
