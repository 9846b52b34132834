// How the servers that are compared are set up. Both take the same arguments, so what differs is the program alone;
// clients take those that concern them too.

const KEY_EXCHANGE = { groups: 'P-256:X25519:P-384' };
const PSK = { ...KEY_EXCHANGE, cipher: 'PSK-AES128-CCM8', sigalgs: 'ECDSA+SHA256' };
const CERTIFICATE = {
  ...KEY_EXCHANGE,
  cipher: 'ECDHE-ECDSA-AES128-CCM8',
  sigalgs: 'ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA+SHA256:RSA+SHA384',
};

/**
 * DtlsServer's defaults but for the cache, which holds twice what a load resumes: every slice adds its sessions, and
 * libssl walks the whole cache every 255 handshakes, so that each round would be slower than the one before.
 */
export const SESSIONS = { 'session-cache': 1_024, 'session-timeout': 86_400, tickets: true };

/**
 * The profiles by name: arguments of servers and of clients. Sessions are on by default in DtlsServer, but keeping one is
 * work that a handshake without resumption does not need: only `resumption` has them, at both servers.
 */
export function listProfiles(credentials) {
  return {
    psk: { server: PSK, client: PSK },
    certificate: {
      server: { ...CERTIFICATE, ...credentials.server },
      client: { ...CERTIFICATE, ...credentials.client },
    },
    resumption: { server: { ...PSK, ...SESSIONS }, client: PSK },
  };
}

/** As a command line. */
export function toArguments(options) {
  return Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, `${value}`],
  );
}
