import { randomBytes } from 'node:crypto';
import test from 'ava';
import { attend } from '../helpers/attend.js';
import { buildClientHello } from '../helpers/client-hello.js';
import { buildAlert, buildRecord, ContentType } from '../helpers/dtls-records.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import type { Direction } from '../helpers/fault-rules.js';
import { dial, echo, startEchoServer, udpBackends } from '../helpers/ours.js';

const forged: Record<string, Buffer> = {
  'a plain close_notify': buildAlert({ level: 1, description: 0, sequence: 100 }),
  'a plain fatal alert': buildAlert({ level: 2, description: 40, sequence: 100 }),
  'a fatal alert said to be protected': buildAlert({ level: 2, description: 40, epoch: 1, sequence: 100 }),
  'protected noise': buildRecord({ type: ContentType.applicationData, epoch: 1, sequence: 100 }, randomBytes(60)),
  'a protected record too short for a tag': buildRecord(
    { type: ContentType.applicationData, epoch: 1, sequence: 101 },
    randomBytes(3),
  ),
  'a record of a future epoch': buildRecord({ type: ContentType.applicationData, epoch: 2 }, randomBytes(60)),
  'plain application data': buildRecord({ type: ContentType.applicationData, sequence: 100 }, Buffer.from('forged')),
  'a plain ChangeCipherSpec': buildRecord({ type: ContentType.changeCipherSpec, sequence: 100 }, Buffer.from([1])),
  'a new ClientHello without a cookie': buildClientHello({ recordSequence: 100 }),
  'an empty datagram': Buffer.alloc(0),
  'half a record': buildClientHello().subarray(0, 20),
};

const directions: Direction[] = ['toServer', 'toClient'];

for (const udpBackend of udpBackends) {
  for (const direction of directions) {
    for (const [title, datagram] of Object.entries(forged)) {
      test(`${udpBackend}, ${direction}: ${title}`, async (t) => {
        const { server, port } = await startEchoServer(t, { udpBackend });
        const proxy = attend(t, await FaultProxy.start({ server: { port } }), (proxy) => proxy.transcript().join('\n'));
        const client = await dial(t, proxy.port, { udpBackend });
        const received: string[] = [];
        client.on('message', (message) => received.push(message.toString()));
        t.is(await echo(client, 'before'), 'before');

        for (let times = 0; times < 3; times++) proxy.inject(direction, datagram);
        t.is(await echo(client, 'after'), 'after');

        t.deepEqual(received, ['before', 'after']);
        t.is(client.state, 'connected');
        t.is(server.connections, 1);
        t.is(server.counters().peers, 1);
        t.is(server.counters().messagesReceived, 2);
      });
    }
  }
}
