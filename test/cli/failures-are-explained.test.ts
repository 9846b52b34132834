import test from 'ava';
import { explainClientFailure, explainServerFailure } from '#lib/cli/explain-failure.js';

for (const [failure, words] of [
  [{ code: 'ERR_UNKNOWN_PSK_IDENTITY', pskIdentity: 'x' }, /identity "x" is not known/],
  [{ code: 'ERR_BAD_FINISHED' }, /keys of the two sides differ/],
  [{ code: 'ERR_ALERT_RECEIVED', alertName: 'decrypt_error' }, /keys of the two sides differ/],
  [{ code: 'ERR_TLS_LIBRARY', reason: 'no shared cipher' }, /no cipher suite in common/],
  [{ code: 'ERR_TLS_LIBRARY', reason: 'peer did not return a certificate' }, /showed no certificate/],
  [{ code: 'ERR_TLS_LIBRARY', reason: 'unsupported protocol' }, /no DTLS version in common/],
  [{ code: 'ETIMEDOUT' }, /stopped answering/],
  [{ code: 'ERR_ALERT_RECEIVED', alertName: 'user_canceled' }, /alert user_canceled/],
  [{ code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'CERT_REVOKED' }, /certificate is revoked/],
  [{ code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'INVALID_PURPOSE' }, /not believed \(INVALID_PURPOSE\)/],
  [{ code: 'ERR_ALERT_RECEIVED', alertName: 'unknown_ca' }, /does not believe our certificate/],
  [{ code: 'EPROTO' }, /what the library says/],
] as const) {
  test(`at the server: ${Object.values(failure).join(' ')}`, (t) => {
    const { what, advice } = explainServerFailure({ message: 'what the library says', ...failure });
    t.regex(what, words);
    t.not(advice, '');
  });
}

for (const [failure, words] of [
  [{ code: 'ERR_ALERT_RECEIVED', alertName: 'unknown_psk_identity' }, /does not know this PSK identity/],
  [{ code: 'ECONNREFUSED' }, /nothing listens/],
  [{ code: 'ETIMEDOUT' }, /did not answer/],
  [{ code: 'ENOTFOUND' }, /host name is not known/],
  [{ code: 'ERR_ALERT_RECEIVED', alertName: 'handshake_failure' }, /no common cipher suite, or it wants a certificate/],
  [{ code: 'ERR_ALERT_RECEIVED', alertName: 'certificate_required' }, /wants a certificate/],
  [{ code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'CERT_HAS_EXPIRED' }, /not valid today/],
  [{ code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'HOSTNAME_MISMATCH' }, /for another name/],
  [{ code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, /signed by nobody that is trusted/],
] as const) {
  test(`at the client: ${Object.values(failure).join(' ')}`, (t) => {
    t.regex(explainClientFailure({ message: 'what the library says', ...failure }).what, words);
  });
}
