import test from 'ava';
import { SocketOption } from 'lwm2m-tls';
import {
  connectedPair,
  failureOf,
  kinds,
  makeSocket,
  receiveText,
  setRecvTimeout,
} from '../helpers/contract-sockets.js';

const text = 'twelve bytes';

for (const [size, fits] of [
  [text.length - 1, false],
  [text.length, true],
  [text.length + 1, true],
] as const) {
  test(`DTLS: a message of ${text.length} bytes into a buffer of ${size}`, async (t) => {
    const { client, server } = await connectedPair(t, 'DTLS');
    await client.send(text);
    await client.send('next');
    const buffer = Buffer.alloc(size);
    if (fits) t.is(await server.receive(buffer), text.length);
    else {
      const error = await failureOf(t, server.receive(buffer));
      t.like(error, { code: 'EMSGSIZE', avsCode: 31, received: size });
    }
    t.is(buffer.toString('utf8', 0, Math.min(size, text.length)), text.slice(0, size));
    t.is(await receiveText(server), 'next', 'the rest is lost');
  });

  test(`TLS: ${text.length} bytes into a buffer of ${size}`, async (t) => {
    const { client, server } = await connectedPair(t, 'TLS');
    await client.send(text);
    const buffer = Buffer.alloc(size);
    const length = await server.receive(buffer);
    t.is(length, Math.min(size, text.length));
    t.is(server.getOpt(SocketOption.hasBufferedData), !fits);
    if (!fits) t.is(await receiveText(server), text.slice(size), 'what is left comes with the next receive');
  });
}

for (const kind of kinds) {
  test(`${kind}: nothing`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    const sentBefore = client.getOpt(SocketOption.bytesSent);
    await client.send('');
    await client.send(new Uint8Array());
    t.is(client.getOpt(SocketOption.bytesSent), sentBefore, 'an empty message is not sent');
    await client.send(text);
    t.is(await server.receive(new Uint8Array()), 0, 'an empty buffer is filled at once');
    t.is(await receiveText(server), text, 'and takes nothing');
  });

  test(`${kind}: waiting receivers are served in their order`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    const buffers = [1, 2, 3].map(() => Buffer.alloc(1));
    const received = Promise.all(buffers.map((buffer) => server.receive(buffer)));
    for (const letter of 'abc') await client.send(letter);
    t.deepEqual(await received, [1, 1, 1]);
    t.is(Buffer.concat(buffers).toString(), 'abc');
  });

  test(`${kind}: what has been received is buffered data until it is taken`, async (t) => {
    const { client, server } = await connectedPair(t, kind);
    t.false(server.getOpt(SocketOption.hasBufferedData));
    await client.send('one');
    await client.send('two');
    t.is((await server.receiveMessage()).toString('utf8', 0, 3), 'one');
    setRecvTimeout(server, 0);
    let rest = '';
    for (;;) {
      rest += await receiveText(server).catch(() => '');
      if (rest.endsWith('two') || (kind === 'TLS' && rest === '')) break;
    }
    t.false(server.getOpt(SocketOption.hasBufferedData));
  });
}

test('a length that no message can have is refused as every argument is', async (t) => {
  const socket = makeSocket(t, 'DTLS');
  for (const length of [0, -1, 1.5, '9', null]) {
    t.is((await failureOf(t, socket.receiveMessage(length as number))).code, 'EINVAL', String(length));
  }
});

test('DTLS: nobody reads, and memory stays bounded', async (t) => {
  const { client, server } = await connectedPair(t, 'DTLS');
  const message = Buffer.alloc(1_000, 1);
  for (let round = 0; round < 50; round += 1) {
    for (let count = 0; count < 40; count += 1) await client.send(message);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // What still waits in the kernel is read in batches, one in a turn of the loop.
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  t.true(server.getOpt(SocketOption.hasBufferedData));
  setRecvTimeout(server, 0);
  let kept = 0;
  while (await server.receive(message).catch(() => 0)) kept += 1;
  t.true(kept > 100 && kept <= 1_048, `${kept} messages of 1000 bytes in 1 MiB`);
});

test('TLS: a large message arrives whole and in order', async (t) => {
  const { client, server } = await connectedPair(t, 'TLS');
  const data = Buffer.alloc(1_000_000);
  for (let at = 0; at < data.length; at += 4) data.writeUInt32BE(at, at);
  const sent = client.send(data);
  const received = Buffer.alloc(data.length);
  for (let length = 0; length < data.length; ) length += await server.receive(received.subarray(length));
  await sent;
  t.deepEqual(received, data);
});

test('DTLS: a message has one datagram, or is not sent at all', async (t) => {
  const { client, server } = await connectedPair(t, 'DTLS', { backendConfiguration: { forcedMtu: 1_280 } });
  const innerMtu = client.getOpt(SocketOption.innerMtu);
  const sentBefore = client.getOpt(SocketOption.bytesSent);
  const error = await failureOf(t, client.send(Buffer.alloc(innerMtu + 1)));
  t.is(error.code, 'EMSGSIZE');
  t.is(client.getOpt(SocketOption.bytesSent), sentBefore);
  await client.send(Buffer.alloc(innerMtu));
  t.is((await server.receiveMessage()).length, innerMtu);
  t.true(client.getOpt(SocketOption.bytesSent) - sentBefore <= 1_280 - 28);
});
