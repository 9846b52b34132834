import test from 'ava';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { echo, udpBackends } from '../helpers/ours.js';
import { pki } from '../helpers/pki.js';

const mtu = 300;

for (const udpBackend of udpBackends) {
  test(`with a ticket that needs more than one datagram, over ${udpBackend}`, async (t) => {
    const ca = (await pki.root()).pem;
    const { server, port } = await startCertifiedServer(t, { ca, requestCert: true, mtu, udpBackend });
    const options = { ...identityOf(await pki.client()), mtu, udpBackend };
    const first = await dialCertified(t, port, options);
    t.true((first.session?.length ?? 0) > mtu);
    const second = await dialCertified(t, port, { ...options, session: first.session });
    t.true(second.resumed);
    t.is(await echo(second, 'hello'), 'hello');
    const { datagramsMalformed, flightsRetransmitted, helloVerifyRequests } = server.counters();
    t.deepEqual(
      { datagramsMalformed, flightsRetransmitted, helloVerifyRequests },
      {
        datagramsMalformed: 0,
        flightsRetransmitted: 0,
        helloVerifyRequests: 2,
      },
    );
    t.true(server.counters().datagramsUnroutable > 0, 'what followed the first fragments of hellos without cookie');
  });

  test(`with a long server name, over ${udpBackend}`, async (t) => {
    const { server, port } = await startCertifiedServer(t, { mtu, udpBackend });
    const servername = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example`;
    const socket = await dialCertified(t, port, { mtu, udpBackend, servername, checkName: false });
    t.is(await echo(socket, 'hello'), 'hello');
    t.true(server.counters().datagramsUnroutable > 0);
  });
}
