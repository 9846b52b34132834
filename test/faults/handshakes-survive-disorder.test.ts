import test from 'ava';
import { attend } from '../helpers/attend.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { type DirectionFaults, flipBit, nthOf, type Passage, type Verdict } from '../helpers/fault-rules.js';
import { dial, echo, quickTimeouts, startEchoServer } from '../helpers/ours.js';

const clients = 10;

/** Only protected records can be told from damaged ones: a changed random in a hello spoils the keys (RFC 6347 4.1.2.7). */
function endsProtected({ records }: Passage): boolean {
  return (records.at(-1)?.epoch ?? 0) > 0;
}

/** Near the end of the datagram, and so in its last record. */
function damage({ bytes }: Passage): Verdict {
  return { fate: 'replace', bytes: flipBit(bytes, 0.98) };
}

const disorders: Record<string, () => DirectionFaults> = {
  'every third datagram late': () => ({ reordering: 0.33 }),
  'every datagram twice': () => ({ duplication: 1 }),
  'delays up to 60 ms, above the first retransmission timeout': () => ({ delay: 0.5, delayMilliseconds: 60 }),
  'one bit wrong in the first two protected records': () => ({ rules: [nthOf(endsProtected, [1, 2], damage)] }),
  'everything at once': () => ({ loss: 0.1, duplication: 0.1, reordering: 0.1, delay: 0.1 }),
};

for (const [title, faults] of Object.entries(disorders)) {
  test(title, async (t) => {
    t.timeout(60_000);
    // Flights of several datagrams, so that there is an order to lose.
    const own = { handshakeTimeouts: quickTimeouts, mtu: 256 };
    const { server, port } = await startEchoServer(t, own);
    const options = { server: { port }, seed: 5, toServer: faults(), toClient: faults(), holdMilliseconds: 20 };
    const proxy = attend(t, await FaultProxy.start(options), (proxy) => proxy.transcript().join('\n'));
    const sockets = await Promise.all(Array.from({ length: clients }, async () => dial(t, proxy.port, own)));
    proxy.setFaults();
    const answers = await Promise.all(sockets.map(async (socket, index) => echo(socket, `hello ${index}`)));
    t.deepEqual(
      answers,
      sockets.map((_, index) => `hello ${index}`),
    );
    t.is(server.counters().peers, clients);
  });
}
