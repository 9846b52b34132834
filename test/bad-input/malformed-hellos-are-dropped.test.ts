import test from 'ava';
import { attend } from '../helpers/attend.js';
import { Bystander } from '../helpers/bystander.js';
import { buildClientHello, buildFragmentedClientHello, type ClientHelloFields } from '../helpers/client-hello.js';
import { startEchoServer } from '../helpers/ours.js';
import { RawClient } from '../helpers/raw-client.js';

/** No association may come of these, with or without a genuine-looking cookie, and no answer. */
const malformed: Record<string, Buffer[]> = {
  'an extension block longer than the message': hello({
    extensions: Buffer.from([0xff, 0xff, 0x00, 0x17, 0x00, 0x00]),
  }),
  'an extension block shorter than the message': hello({
    extensions: Buffer.from([0x00, 0x02, 0x00, 0x17, 0x00, 0x00]),
  }),
  'an extension longer than its block': hello({ extensions: Buffer.from([0x00, 0x04, 0x00, 0x17, 0xff, 0xff]) }),
  'half an extension header': hello({ extensions: Buffer.from([0x00, 0x02, 0x00, 0x17]) }),
  'a lone byte behind the compression methods': hello({ extensions: Buffer.from([0x00]) }),
  'no cipher suites': hello({ cipherSuites: [] }),
  'a session id of 33 bytes': hello({ sessionId: Buffer.alloc(33, 1) }),
  'two fragments, the first of which ends within the cipher suites': buildFragmentedClientHello({}, 39),
  'fragments of one byte': buildFragmentedClientHello({}, 1),
  'a handshake length that is too large': [patch(buildClientHello(), 13 + 1, [0x00, 0xff, 0xff])],
  'a fragment offset in a whole message': [patch(buildClientHello(), 13 + 6, [0x00, 0x00, 0x01])],
  'a fragment longer than its record': [patch(buildClientHello(), 13 + 9, [0xff, 0xff, 0xff])],
};

for (const [title, datagrams] of Object.entries(malformed)) {
  test(title, async (t) => {
    const { server, port } = await startEchoServer(t);
    const bystander = await Bystander.connect(t, port);
    const before = server.counters();
    const client = attend(t, await RawClient.open(port));
    await client.send(...datagrams);
    await client.fetchCookie();
    t.is(client.received.length, 1, 'only the good hello is answered');
    const after = server.counters();
    t.is(after.peers, 1);
    t.is(after.handshakesStarted, before.handshakesStarted);
    const counted = after.datagramsMalformed + after.datagramsUnroutable;
    t.is(counted - before.datagramsMalformed - before.datagramsUnroutable, datagrams.length);
    await bystander.noticedNothing(t, port);
  });
}

function hello(fields: ClientHelloFields): Buffer[] {
  return [buildClientHello(fields)];
}

function patch(datagram: Buffer, offset: number, bytes: number[]): Buffer {
  datagram.set(bytes, offset);
  return datagram;
}
