import test from 'ava';
import { attend } from '../helpers/attend.js';
import { buildClientHello, readCookie } from '../helpers/client-hello.js';
import { startServer } from '../helpers/ours.js';
import { RawClient } from '../helpers/raw-client.js';

const second = { messageSequence: 1, recordSequence: 1 };

test('made-up cookies of any length are answered with a fresh one', async (t) => {
  const { server, port } = await startServer(t);
  const client = attend(t, await RawClient.open(port));
  const lengths = [1, 16, 31, 32, 33, 255];
  for (const length of lengths) {
    await client.send(buildClientHello({ ...second, cookie: Buffer.alloc(length, 7) }));
    t.truthy(readCookie(await client.next()));
  }
  const { cookiesRejected, handshakesStarted, peers } = server.counters();
  t.is(cookiesRejected, lengths.length);
  t.is(handshakesStarted, 0);
  t.is(peers, 0);
});

test('a cookie with one bit changed is refused, wherever the bit is', async (t) => {
  const { server, port } = await startServer(t);
  const client = attend(t, await RawClient.open(port));
  const genuine = await client.fetchCookie();
  for (let index = 0; index < genuine.length; index++) {
    const cookie = Buffer.from(genuine);
    cookie[index]! ^= 0x10;
    await client.send(buildClientHello({ ...second, cookie }));
    t.deepEqual(readCookie(await client.next()), genuine);
  }
  t.is(server.counters().peers, 0);
});

test("another address's cookie is refused", async (t) => {
  const { server, port } = await startServer(t);
  const [owner, thief] = [attend(t, await RawClient.open(port)), attend(t, await RawClient.open(port))];
  const cookie = await owner.fetchCookie();
  await thief.send(buildClientHello({ ...second, cookie }));
  t.truthy(readCookie(await thief.next()));
  t.is(server.counters().peers, 0);
});

test('a cookie for a ClientHello with other parameters is refused', async (t) => {
  const { server, port } = await startServer(t);
  const client = attend(t, await RawClient.open(port));
  const cookie = await client.fetchCookie();
  for (const changed of [{ random: Buffer.alloc(32, 9) }, { cipherSuites: [0xc0a8, 0x00a8] }]) {
    await client.send(buildClientHello({ ...second, ...changed, cookie }));
    t.truthy(readCookie(await client.next()));
  }
  t.is(server.counters().peers, 0);
});

test('the genuine cookie opens a handshake', async (t) => {
  const { server, port } = await startServer(t);
  const client = attend(t, await RawClient.open(port));
  const cookie = await client.fetchCookie();
  await client.send(buildClientHello({ ...second, cookie }));
  t.is(readCookie(await client.next()), undefined);
  t.is(server.counters().handshakesStarted, 1);
  t.is(server.counters().peersHandshaking, 1);
});
