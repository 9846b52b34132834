import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { client1, longNamed } from '../helpers/credentials.js';
import { sweepSingleLosses, sweepSwaps } from '../helpers/loss-sweep.js';
import { oursWithOurs, patientTimeouts } from '../helpers/pairings.js';
import { ecdheCbc } from '../helpers/suites.js';

const keys = new Map([client1, longNamed].map(({ identity, key }) => [identity, key]));

/** Takes longer than the first repetition of a flight with quick timeouts. */
const psk = async (identity: string) => {
  await sleep(200);
  return keys.get(identity);
};

test('each datagram lost once', async (t) => {
  await sweepSingleLosses(t, await oursWithOurs(t, { server: { psk } }));
});

test('each datagram lost once, with patient ends', async (t) => {
  const patient = { handshakeTimeouts: patientTimeouts };
  await sweepSingleLosses(t, await oursWithOurs(t, { server: { psk, ...patient }, client: patient }));
});

test('each datagram swapped with the next, and all of them sent twice', async (t) => {
  await sweepSwaps(t, await oursWithOurs(t, { server: { psk } }));
});

test('each datagram lost once, and swapped, where a flight takes several', async (t) => {
  const client = { mtu: 256, psk: longNamed, cipherSuites: [ecdheCbc.name] };
  const pairing = await oursWithOurs(t, { server: { psk, mtu: 256 }, client });
  await sweepSingleLosses(t, pairing);
  await sweepSwaps(t, pairing);
});

test('each datagram lost once while a client is admitted', async (t) => {
  const admit = async () => {
    await sleep(200);
    return true;
  };
  await sweepSingleLosses(t, await oursWithOurs(t, { server: { admit, psk } }));
});
