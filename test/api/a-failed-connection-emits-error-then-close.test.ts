import test from 'ava';
import { TlsError } from 'lwm2m-tls';
import { fakePeer, noTraffic } from '../helpers/fake-peer.js';

test('to those who listen', async (t) => {
  const peer = fakePeer();
  const events: unknown[] = [];
  peer.socket.on('error', (error) => events.push(error.code, peer.socket.state));
  peer.socket.on('close', (hadError) => events.push(hadError));
  peer.end(new TlsError('ECONNRESET', 'gone'), { ...noTraffic, bytesSent: 5 });
  t.deepEqual(events, ['ECONNRESET', 'closed', true]);
  t.is(peer.socket.bytesSent, 5);
  await t.notThrowsAsync(peer.socket.close());
  t.is(events.length, 3, 'once');
});

test('without an error listener only close comes, and nothing is thrown', (t) => {
  const peer = fakePeer();
  const events: unknown[] = [];
  peer.socket.on('close', (hadError) => events.push(hadError));
  t.notThrows(() => peer.end(new TlsError('ECONNRESET', 'gone'), noTraffic));
  t.deepEqual(events, [true]);
});

test('an error listener that throws does not swallow close', (t) => {
  const peer = fakePeer();
  const events: unknown[] = [];
  peer.socket.on('error', () => {
    throw new Error('of the listener');
  });
  peer.socket.on('close', (hadError) => events.push(hadError));
  t.throws(() => peer.end(new TlsError('ECONNRESET', 'gone'), noTraffic), { message: 'of the listener' });
  t.deepEqual(events, [true]);
});
