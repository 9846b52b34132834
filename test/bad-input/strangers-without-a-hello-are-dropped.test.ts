import { randomBytes } from 'node:crypto';
import test from 'ava';
import { attend } from '../helpers/attend.js';
import { Bystander } from '../helpers/bystander.js';
import { buildAlert, buildRecord, ContentType } from '../helpers/dtls-records.js';
import { startEchoServer } from '../helpers/ours.js';
import { RawClient } from '../helpers/raw-client.js';

const uninvited: Record<string, Buffer> = {
  'protected application data': buildRecord({ type: ContentType.applicationData, epoch: 1 }, randomBytes(40)),
  'a protected handshake record': buildRecord({ type: ContentType.handshake, epoch: 1 }, randomBytes(40)),
  'a ChangeCipherSpec': buildRecord({ type: ContentType.changeCipherSpec }, Buffer.from([1])),
  'a plain alert': buildAlert({ level: 2, description: 40 }),
  'plain application data': buildRecord({ type: ContentType.applicationData }, Buffer.from('hello')),
};

for (const [title, datagram] of Object.entries(uninvited)) {
  test(title, async (t) => {
    const { server, port } = await startEchoServer(t);
    const bystander = await Bystander.connect(t, port);
    const before = server.counters();
    const client = attend(t, await RawClient.open(port));
    await client.send(datagram, datagram);
    await client.fetchCookie();
    const after = server.counters();
    t.is(after.datagramsUnroutable - before.datagramsUnroutable, 2);
    t.is(after.peers, 1);
    t.is(client.received.length, 1, 'nothing but the hello is answered');
    await bystander.noticedNothing(t, port);
  });
}
