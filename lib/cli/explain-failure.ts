/** What happened in plain words, and what to do about it. */
export interface Explanation {
  readonly what: string;
  readonly advice: string;
}

/** The fields of a `TlsError` that say why a handshake failed. */
export interface FailureFields {
  readonly code?: string | undefined;
  readonly message: string;
  readonly alertName?: string | undefined;
  readonly reason?: string | undefined;
  readonly pskIdentity?: string | undefined;
}

const SUITES_DIFFER: Explanation = {
  what: 'the two sides have no cipher suite in common',
  advice: 'compare --cipher-suites with what the other side offers; LwM2M devices often have only CCM_8',
};
const KEYS_DIFFER: Explanation = {
  what: 'the PSK keys of the two sides differ',
  advice: 'compare the keys; one that is text needs --psk-text, a hexadecimal one must not have it',
};
const VERSIONS_DIFFER: Explanation = {
  what: 'the two sides have no DTLS version in common',
  advice: 'this side speaks DTLS 1.2; allow it on the other side',
};

/** Why a client could not connect to our server. */
export function explainServerFailure(failure: FailureFields): Explanation {
  if (failure.code === 'ERR_UNKNOWN_PSK_IDENTITY') {
    const identity = failure.pskIdentity === undefined ? '' : ` "${failure.pskIdentity}"`;
    return {
      what: `the PSK identity${identity} is not known here`,
      advice: 'add it with --psk-identity and --psk-key, or correct it on the device',
    };
  }
  if (failure.code === 'ETIMEDOUT') {
    return {
      what: 'the device stopped answering in the middle of the handshake',
      advice: 'look for a firewall, a NAT or a smaller MTU on the way; a wrong key can also look like this',
    };
  }
  return explainShared(failure);
}

/** Why our client could not connect to a server. */
export function explainClientFailure(failure: FailureFields): Explanation {
  if (failure.alertName === 'unknown_psk_identity') {
    return { what: 'the server does not know this PSK identity', advice: 'compare --psk-identity with the server' };
  }
  if (failure.code === 'ECONNREFUSED') {
    return { what: 'nothing listens on that port', advice: 'check host and port, and that the server runs' };
  }
  if (failure.code === 'ETIMEDOUT') {
    return {
      what: 'the server did not answer',
      advice: 'check host and port and firewalls on the way; a server may also keep silent when the PSK keys differ',
    };
  }
  if (failure.code === 'ENOTFOUND' || failure.code === 'EAI_AGAIN') {
    return { what: 'the host name is not known', advice: 'check its spelling, or give an address' };
  }
  return explainShared(failure);
}

function explainShared(failure: FailureFields): Explanation {
  if (failure.code === 'ERR_BAD_FINISHED') return KEYS_DIFFER;
  const words = failure.reason?.toLowerCase() ?? '';
  if (words.includes('shared cipher') || failure.alertName === 'insufficient_security') return SUITES_DIFFER;
  if (words.includes('version') || words.includes('unsupported protocol')) return VERSIONS_DIFFER;
  switch (failure.alertName) {
    case 'decrypt_error':
    case 'bad_record_mac':
      return KEYS_DIFFER;
    case 'protocol_version':
      return VERSIONS_DIFFER;
    case 'handshake_failure':
      return {
        ...SUITES_DIFFER,
        what: 'the other side refused the handshake (alert handshake_failure): most often no common cipher suite',
      };
    case undefined:
      break;
    default:
      return {
        what: `the other side refused the handshake (alert ${failure.alertName})`,
        advice: 'its log says more',
      };
  }
  return { what: failure.message, advice: 'SSLKEYLOGFILE and a packet capture show where the handshake stops' };
}
