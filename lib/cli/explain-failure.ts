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
  /** Why a certificate is not believed: `CERT_HAS_EXPIRED`. */
  readonly verifyError?: string | undefined;
}

const SUITES_DIFFER: Explanation = {
  what: 'the two sides have no cipher suite in common',
  advice: 'compare --cipher-suites with what the other side offers; LwM2M devices often have only CCM_8',
};
const KEYS_DIFFER: Explanation = {
  what: 'the PSK keys of the two sides differ',
  advice: 'compare the keys; one that is text needs --psk-text, a hexadecimal one must not have it',
};
const NO_CERTIFICATE: Explanation = {
  what: 'the device showed no certificate',
  advice: 'give it one that an authority of --ca has signed, and its key',
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
  if (failure.code === 'ERR_CERTIFICATE_VERIFY') return explainCertificate(failure.verifyError);
  const words = failure.reason?.toLowerCase() ?? '';
  if (words.includes('shared cipher') || failure.alertName === 'insufficient_security') return SUITES_DIFFER;
  if (words.includes('did not return a certificate')) return NO_CERTIFICATE;
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
        what:
          'the other side refused the handshake (alert handshake_failure): most often no common cipher suite, or it wants ' +
          'a certificate',
      };
    case 'unknown_ca':
    case 'bad_certificate':
    case 'certificate_unknown':
    case 'certificate_expired':
    case 'certificate_revoked':
      return {
        what: `the other side does not believe our certificate (alert ${failure.alertName})`,
        advice: 'give it the authority that signed the certificate of --cert, with its whole chain in --cert',
      };
    case 'certificate_required':
      return { what: 'the other side wants a certificate', advice: 'give one with --cert and --key' };
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

const NO_AUTHORITY: Explanation = {
  what: "the other side's certificate is signed by nobody that is trusted here",
  advice:
    'give the authority that signed it, up to its root, with --ca; a self-signed certificate is its own authority',
};

/** Why we do not believe the other side's certificate. */
function explainCertificate(verifyError: string | undefined): Explanation {
  switch (verifyError) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        what: "the other side's certificate is not valid today",
        advice: 'renew it, and compare the clocks of the two sides',
      };
    case 'HOSTNAME_MISMATCH':
    case 'IP_ADDRESS_MISMATCH':
      return {
        what: "the server's certificate is for another name",
        advice: 'connect to a name that is in it, or give that with --servername',
      };
    case 'CERT_REVOKED':
      return { what: "the other side's certificate is revoked", advice: 'it needs a new one' };
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return NO_AUTHORITY;
    default:
      return {
        what: `the other side's certificate is not believed (${verifyError})`,
        advice: 'look at it with openssl x509 -text',
      };
  }
}
