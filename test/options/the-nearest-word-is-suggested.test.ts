import test from 'ava';
import { closest } from '#lib/options/closest.js';

const words = ['mtu', 'maxPeers', 'cipherSuites', 'handshakeTimeouts'];

test('one letter more, less, other or exchanged', (t) => {
  t.is(closest('cipherSuite', words), 'cipherSuites');
  t.is(closest('ciphersSuites', words), 'cipherSuites');
  t.is(closest('maxPears', words), 'maxPeers');
  t.is(closest('mut', words), 'mtu');
});

test('letter case does not count', (t) => {
  t.is(closest('HANDSHAKETIMEOUTS', words), 'handshakeTimeouts');
});

test('nothing near, no suggestion', (t) => {
  t.is(closest('certificate', words), undefined);
  t.is(closest('', ['something']), undefined);
});
