import test from 'ava';
import { attend } from '../helpers/attend.js';
import { ContentType } from '../helpers/dtls-records.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { type Passage, when } from '../helpers/fault-rules.js';
import { dial, echo, Inbox, nextConnection, startServer } from '../helpers/ours.js';
import { suites } from '../helpers/suites.js';

const isData = ({ records }: Passage): boolean => records.some(({ type }) => type === ContentType.applicationData);
const thrice = { rules: [when(isData, { fate: 'duplicate', copies: 2 })] };

for (const suite of suites) {
  test(suite.name, async (t) => {
    const { server, port } = await startServer(t, { cipherSuites: [suite.name] });
    const proxy = attend(t, await FaultProxy.start({ server: { port }, toServer: thrice, toClient: thrice }));
    const connection = nextConnection(server);
    const client = await dial(t, proxy.port);
    const { socket, inbox } = await connection;
    const answers = new Inbox(client);
    socket.on('message', (message) => socket.send(message));

    const texts = ['one', 'two', 'three'];
    for (const text of texts) {
      client.send(text);
      t.is(await answers.next(), text);
    }
    // Much later as well: the first data record comes again, behind the others.
    const old = proxy.entries('toServer').find(isData)!;
    proxy.inject('toServer', old.bytes);
    proxy.setFaults();
    t.is(await echo(client, 'last'), 'last');

    t.deepEqual(inbox.received, [...texts, 'last']);
    t.deepEqual(answers.received, [...texts, 'last']);
    t.is(server.counters().messagesReceived, 4);
    t.is(server.counters().datagramsIgnored, 7);
  });
}
