import test from 'ava';
import { cleanupGlobalSslState, clearBuffer, initializeGlobalSslState } from 'lwm2m-tls';
import { connectedPair, receiveText } from '../helpers/contract-sockets.js';

test('init, cleanup, init', async (t) => {
  initializeGlobalSslState();
  initializeGlobalSslState();
  cleanupGlobalSslState();
  cleanupGlobalSslState();
  initializeGlobalSslState();
  const { client, server } = await connectedPair(t, 'DTLS');
  cleanupGlobalSslState();
  await client.send('well');
  t.is(await receiveText(server), 'well', 'sockets that exist go on');
  await t.notThrowsAsync(connectedPair(t, 'TLS'), 'and new ones can be made');
});

test('a buffer is overwritten', (t) => {
  const secret = Buffer.from('a secret');
  clearBuffer(secret.subarray(2, 6));
  t.deepEqual(secret, Buffer.from('a \0\0\0\0et'));
  clearBuffer(secret);
  t.true(secret.every((byte) => byte === 0));
  t.notThrows(() => clearBuffer(new Uint8Array()));
  t.throws(() => clearBuffer('a secret' as never), { code: 'EINVAL', message: /^(?!.*a secret)/ });
});
