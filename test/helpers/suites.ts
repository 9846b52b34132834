/** Cipher suites by the names that the programs under test use for them. */
export interface Suite {
  id: number;
  name: string;
  openssl: string;
  /** Priority string terms of GnuTLS. */
  gnutls: string;
  /** Words in gnutls-cli's description of the session. */
  gnutlsDescription: string;
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
