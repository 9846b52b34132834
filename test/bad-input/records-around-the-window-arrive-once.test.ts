import test from 'ava';
import { attend } from '../helpers/attend.js';
import { ContentType } from '../helpers/dtls-records.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { type Passage, when } from '../helpers/fault-rules.js';
import { dial, echo, nextConnection, startServer, udpBackends } from '../helpers/ours.js';
import { ccm8, gcm } from '../helpers/suites.js';

const isData = ({ records }: Passage): boolean => records.some(({ type }) => type === ContentType.applicationData);
const lost = { rules: [when(isData, { fate: 'lose' })] };

for (const udpBackend of udpBackends) {
  for (const suite of [ccm8, gcm]) {
    test(`${udpBackend}, ${suite.name}`, async (t) => {
      const { server, port } = await startServer(t, { cipherSuites: [suite.name], udpBackend });
      const proxy = attend(t, await FaultProxy.start({ server: { port }, toServer: lost }));
      const connection = nextConnection(server);
      const client = await dial(t, proxy.port, { udpBackend });
      const { socket, inbox } = await connection;
      socket.on('message', (message) => {
        if (message.toString() === 'done') socket.send(message);
      });
      let sent = 0;
      const captured = proxy.seen((entry) => isData(entry) && ++sent === 200);
      for (let number = 0; number < 200; number++) client.send(String(number));
      await captured;
      const records = proxy
        .entries('toServer')
        .filter(isData)
        .map(({ bytes }) => bytes);
      t.is(records.length, 200);

      // A record with a number that no window has room for, and a tag that is not its own.
      const forged = Buffer.from(records[0]!);
      forged.fill(0xff, 5, 11);
      const otherEpoch = (epoch: number): Buffer => {
        const copy = Buffer.from(records[0]!);
        copy.writeUInt16BE(epoch, 3);
        return copy;
      };
      const cut = Buffer.from(records[0]!.subarray(0, 13 + 4));
      cut.writeUInt16BE(4, 11);
      const bad = [forged, otherEpoch(0), otherEpoch(2), cut];

      // 63 behind the newest is in the window, 64 is not.
      for (const number of [100, 37, 36, 100, 199, 136, 135]) {
        for (const datagram of bad) proxy.inject('toServer', datagram);
        proxy.inject('toServer', records[number]!);
      }
      proxy.setFaults();
      t.is(await echo(client, 'done'), 'done');

      t.deepEqual(inbox.received, ['100', '37', '199', '136', 'done']);
      const times = 7;
      t.like(server.counters(), {
        peers: 1,
        messagesReceived: 5,
        recordsReplayed: 3,
        recordsUnauthenticated: times,
        recordsOutOfEpoch: 2 * times,
        recordsMalformed: times,
        datagramsIgnored: 3 + bad.length * times,
      });
    });
  }
}
