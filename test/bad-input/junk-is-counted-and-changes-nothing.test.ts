import { randomBytes } from 'node:crypto';
import test from 'ava';
import { attend } from '../helpers/attend.js';
import { Bystander } from '../helpers/bystander.js';
import { buildClientHello } from '../helpers/client-hello.js';
import { buildRecord, ContentType } from '../helpers/dtls-records.js';
import { startEchoServer, udpBackends } from '../helpers/ours.js';
import { RawClient } from '../helpers/raw-client.js';

const hello = buildClientHello();

const malformed: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'one byte': Buffer.from([22]),
  zeros: Buffer.alloc(200),
  'a CoAP message': Buffer.from([0x40, 0x01, 0x12, 0x34, 0xb2, 0x72, 0x64]),
  'half a record header': hello.subarray(0, 6),
  'a record header alone': hello.subarray(0, 13),
  'a record cut short': hello.subarray(0, hello.length - 1),
  'a record that claims more than there is': buildRecord({ type: ContentType.handshake, length: 5000 }, hello),
  'an unknown content type': buildRecord({ type: 99 }, hello),
  'a version that is not DTLS': buildRecord({ type: ContentType.handshake, version: 0x0303 }, hello),
};

for (const udpBackend of udpBackends) {
  for (const [title, datagram] of Object.entries(malformed)) {
    test(`${udpBackend}: ${title}`, async (t) => {
      const { server, port } = await startEchoServer(t, { udpBackend });
      const bystander = await Bystander.connect(t, port);
      const before = server.counters();
      const client = attend(t, await RawClient.open(port));
      await client.send(datagram, datagram, datagram);
      await client.fetchCookie();
      const after = server.counters();
      t.is(after.datagramsMalformed - before.datagramsMalformed, 3);
      t.is(after.datagramsReceived - before.datagramsReceived, 4);
      t.is(after.peers, 1);
      t.is(client.received.length, 1, 'junk is not answered');
      await bystander.noticedNothing(t, port);
    });
  }

  test(`${udpBackend}: a datagram larger than any record`, async (t) => {
    const { server, port } = await startEchoServer(t, { udpBackend });
    const bystander = await Bystander.connect(t, port);
    const client = attend(t, await RawClient.open(port));
    await client.send(buildRecord({ type: ContentType.handshake, length: 18_000 }, Buffer.alloc(65_000)));
    await client.fetchCookie();
    const { datagramsTruncated, datagramsMalformed, peers } = server.counters();
    t.is(datagramsTruncated, 1);
    t.is(datagramsMalformed, 0);
    t.is(peers, 1);
    await bystander.noticedNothing(t, port);
  });

  test(`${udpBackend}: two thousand datagrams of noise`, async (t) => {
    const { server, port } = await startEchoServer(t, { udpBackend });
    const bystander = await Bystander.connect(t, port);
    const client = attend(t, await RawClient.open(port));
    for (let round = 0; round < 20; round++) {
      await client.send(...Array.from({ length: 100 }, (_, index) => randomBytes((round * 100 + index) % 1500)));
      await client.fetchCookie();
    }
    t.is(server.counters().peers, 1);
    t.is(server.counters().handshakesFailed, 0);
    await bystander.noticedNothing(t, port);
  });
}
