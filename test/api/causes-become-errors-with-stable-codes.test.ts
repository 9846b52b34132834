import test from 'ava';
import { alertName } from '#lib/errors/alerts.js';
import { Cause, failureToError } from '#lib/errors/failure.js';
import { Status, statusToError } from '#lib/errors/status.js';

const error = (cause: number, code = 0, reason = '') => failureToError('here', { cause, code, reason });

test('why an association ended', (t) => {
  t.is(error(Cause.localClose), undefined);
  t.is(error(Cause.closeNotify), undefined);
  t.like(error(Cause.timeout), { code: 'ETIMEDOUT' });
  t.like(error(Cause.transport, 111), { code: 'ECONNREFUSED', errno: 111, message: 'here: connection refused' });
  t.like(error(Cause.transport, 99_999), { code: 'EIO', errno: 99_999 });
  t.like(error(Cause.alertReceived, (2 << 8) | 40), {
    code: 'ERR_ALERT_RECEIVED',
    alert: 40,
    alertLevel: 2,
    alertName: 'handshake_failure',
  });
  t.like(error(Cause.library, 193, 'no shared cipher'), {
    code: 'ERR_TLS_LIBRARY',
    reason: 'no shared cipher',
    libraryCode: 193,
  });
  t.like(error(Cause.library, 223, 'psk identity not found'), { code: 'ERR_UNKNOWN_PSK_IDENTITY' });
  t.like(error(Cause.badFinished), { code: 'ERR_BAD_FINISHED' });
  t.like(error(Cause.verify, 10, 'certificate has expired'), {
    code: 'ERR_CERTIFICATE_VERIFY',
    verifyError: 'CERT_HAS_EXPIRED',
    verifyCode: 10,
    reason: 'certificate has expired',
    libraryCode: 134,
    message: "here: the peer's certificate is not believed: certificate has expired (CERT_HAS_EXPIRED)",
  });
  t.like(error(77), { code: 'EPROTO' });
});

test('why a call failed', (t) => {
  const codes = [
    'noSuchPeer',
    'notConnected',
    'peerLimit',
    'addressInUse',
    'outOfMemory',
    'library',
    'daneUnusable',
  ] as const;
  t.deepEqual(
    codes.map((name) => statusToError('here', Status[name]).code),
    ['ERR_CLOSED', 'ERR_CLOSED', 'ERR_PEER_LIMIT', 'EADDRINUSE', 'ENOMEM', 'ERR_TLS_LIBRARY', 'ERR_DANE_UNUSABLE'],
  );
  t.is(statusToError('here', 99).code, 'EPROTO');
});

test('alerts have their IANA names', (t) => {
  t.is(alertName(0), 'close_notify');
  t.is(alertName(115), 'unknown_psk_identity');
  t.is(alertName(200), 'alert_200');
});

test('fields that do not apply are absent', (t) => {
  t.deepEqual(Object.keys(error(Cause.timeout) as Error), ['code']);
});
