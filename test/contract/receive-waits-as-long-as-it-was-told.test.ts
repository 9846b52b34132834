import { createSocket } from 'node:dgram';
import test from 'ava';
import { SocketOption } from 'lwm2m-tls';
import { connectedPair, failureOf, kinds, receiveText, setRecvTimeout } from '../helpers/contract-sockets.js';

for (const kind of kinds) {
  test(`${kind}: a deadline`, async (t) => {
    const { client } = await connectedPair(t, kind);
    setRecvTimeout(client, 120);
    const start = performance.now();
    const error = await failureOf(t, client.receiveMessage());
    const waited = performance.now() - start;
    t.like(error, { code: 'ETIMEDOUT', avsCode: 65, category: 'AVS_ERRNO_CATEGORY' });
    t.true(waited >= 119 && waited < 10_000, `${waited} ms`);
  });

  for (const timeout of [0, -1, Number.NEGATIVE_INFINITY]) {
    test(`${kind}: ${timeout} takes what has come, and does not wait`, async (t) => {
      const { client, server } = await connectedPair(t, kind);
      setRecvTimeout(server, timeout);
      t.is((await failureOf(t, server.receiveMessage())).code, 'ETIMEDOUT');
      await client.send('here');
      t.is(await receiveText(server), 'here');
      t.is((await failureOf(t, server.receiveMessage())).code, 'ETIMEDOUT');
    });
  }

  for (const timeout of [Number.POSITIVE_INFINITY, Number.NaN]) {
    test(`${kind}: ${timeout} waits without end`, async (t) => {
      const { client, server } = await connectedPair(t, kind);
      setRecvTimeout(server, timeout);
      const received = receiveText(server);
      const early = await Promise.race([received, new Promise((resolve) => setTimeout(resolve, 200, 'nothing yet'))]);
      t.is(early, 'nothing yet');
      await client.send('at last');
      t.is(await received, 'at last');
    });
  }

  test(`${kind}: what came in time is found though the loop was busy`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    setRecvTimeout(server, 30);
    const received = receiveText(server);
    await client.send('in time');
    const end = performance.now() + 80;
    while (performance.now() < end);
    t.is(await received, 'in time');
  });

  test(`${kind}: a changed timeout counts from the next receive on`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    const received = receiveText(server);
    setRecvTimeout(server, 0);
    t.is((await failureOf(t, server.receiveMessage())).code, 'ETIMEDOUT', 'a later one does not wait for it');
    await client.send('for the first');
    t.is(await received, 'for the first');
  });
}

test('garbage and empty datagrams do not extend a deadline', async (t) => {
  const { client, server, listener } = await connectedPair(t, 'DTLS');
  const stranger = createSocket('udp4');
  const send = (bytes: Uint8Array) => stranger.send(bytes, listener.getLocalPort(), '127.0.0.1');
  const noise = setInterval(() => {
    send(new Uint8Array());
    send(Buffer.from('garbage'));
    send(Buffer.from('17fefd0001000000000005001000112233445566778899aabbccddeeff', 'hex'));
  }, 10);
  t.teardown(() => {
    clearInterval(noise);
    stranger.close();
  });
  setRecvTimeout(server, 150);
  const start = performance.now();
  t.is((await failureOf(t, server.receiveMessage())).code, 'ETIMEDOUT');
  t.true(performance.now() - start < 10_000);
  await client.send('well');
  t.is(await receiveText(server), 'well');
  t.is(server.getOpt(SocketOption.hasBufferedData), false);
});
