import { randomBytes } from 'node:crypto';
import test from 'ava';
import { attend } from '../helpers/attend.js';
import { buildRecord, ContentType } from '../helpers/dtls-records.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import type { Direction } from '../helpers/fault-rules.js';
import { dial, echo, quickTimeouts, startEchoServer } from '../helpers/ours.js';

const junk: Record<string, Buffer> = {
  noise: Buffer.from('this is no record at all'),
  'an empty datagram': Buffer.alloc(0),
  'protected noise': buildRecord({ type: ContentType.applicationData, epoch: 1, sequence: 9 }, randomBytes(60)),
  'a record of epoch 7': buildRecord({ type: ContentType.handshake, epoch: 7 }, randomBytes(60)),
  'half a record': buildRecord({ type: ContentType.handshake, length: 500 }, randomBytes(60)),
};

for (const direction of ['toServer', 'toClient'] as Direction[]) {
  for (const [title, datagram] of Object.entries(junk)) {
    test(`${direction}: ${title} before every datagram`, async (t) => {
      const { port } = await startEchoServer(t, { handshakeTimeouts: quickTimeouts });
      const rule = ({ link }: { link: number }): undefined => proxy.inject(direction, datagram, link) as undefined;
      const options = { server: { port }, [direction]: { rules: [rule] } };
      const proxy: FaultProxy = attend(t, await FaultProxy.start(options), (proxy) => proxy.transcript().join('\n'));
      const client = await dial(t, proxy.port, { handshakeTimeouts: quickTimeouts });
      t.is(await echo(client, 'hello'), 'hello');
    });
  }
}
