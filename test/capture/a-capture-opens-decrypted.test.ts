import { statSync } from 'node:fs';
import test from 'ava';
import { connect, DtlsServer, type DtlsServerOptions, type DtlsSocket } from 'lwm2m-tls';
import { captureFile, dissect, list, request, requests } from '../helpers/captures.js';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { client1 } from '../helpers/credentials.js';
import { testWith, tshark } from '../helpers/foreign/tools.js';
import { dial, Inbox, startEchoServer, udpBackends } from '../helpers/ours.js';
import { pki } from '../helpers/pki.js';
import { certificateSuites, ecdsaChacha, rsaGcm, suites } from '../helpers/suites.js';

async function ask(socket: DtlsSocket): Promise<void> {
  const inbox = new Inbox(socket);
  socket.send(request);
  await inbox.next();
  await socket.close();
}

for (const udpBackend of udpBackends) {
  for (const suite of suites) {
    testWith(tshark, `of a server and of a client, ${suite.name}, ${udpBackend}`, async (t, tool) => {
      const [ofServer, ofClient] = [captureFile(t), captureFile(t)];
      const capture = { file: ofServer };
      const { server, port } = await startEchoServer(t, { cipherSuites: [suite.name], udpBackend, capture });
      await ask(await dial(t, port, { udpBackend, capture: { file: ofClient } }));
      await server.close();
      const { datagramsReceived, datagramsSent } = server.counters();
      for (const file of [ofServer, ofClient]) {
        const packets = await dissect(tool, file, port);
        t.is(requests(packets), 2, list(packets));
        t.regex(packets.at(-1)?.info ?? '', /Close Notify/);
        t.false(packets.some(({ wrong }) => wrong));
        t.is(statSync(file).mode & 0o777, 0o600);
        if (file === ofServer) t.is(packets.length, datagramsReceived + datagramsSent);
      }
    });
  }
}

// tshark 4.0 does not decrypt ChaCha20 over DTLS.
for (const suite of certificateSuites.filter((it) => it !== ecdsaChacha)) {
  testWith(tshark, `with certificates, ${suite.name}, then resumed by ticket and by id`, async (t, tool) => {
    const [server, client] = suite === rsaGcm ? [pki.rsaServer, pki.rsaClient] : [pki.server, pki.client];
    for (const tickets of [true, false]) {
      const [ofServer, ofClient] = [captureFile(t), captureFile(t)];
      const { server: running, port } = await startCertifiedServer(t, {
        ...identityOf(await server()),
        ...{ ca: (await pki.root()).pem, requestCert: true, cipherSuites: [suite.id], sessions: { tickets } },
        capture: { file: ofServer },
      });
      let session: Buffer | undefined;
      for (const append of [false, true]) {
        const capture = { file: ofClient, append };
        const socket = await dialCertified(t, port, { ...identityOf(await client()), session, capture });
        t.is(socket.resumed, append);
        session = socket.session;
        await ask(socket);
      }
      await running.close();
      for (const file of [ofServer, ofClient]) {
        const packets = await dissect(tool, file, port);
        t.is(requests(packets), 4, list(packets));
      }
    }
  });
}

const hosts: [title: string, host: string, target: string][] = [
  ['::1', '::1', '::1'],
  ['every address, over IPv6', '::', '::1'],
  ['every address, over IPv4', '::', '127.0.0.1'],
  ['every IPv4 address', '0.0.0.0', '127.0.0.1'],
];
for (const [title, host, target] of hosts) {
  for (const udpBackend of udpBackends) {
    testWith(tshark, `of a server that is bound to ${title}, ${udpBackend}`, async (t, tool) => {
      const file = captureFile(t);
      const options: DtlsServerOptions = { psk: { [client1.identity]: client1.key }, udpBackend, capture: { file } };
      const server = new DtlsServer(options);
      t.teardown(async () => server.close());
      server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
      const { port } = await server.listen({ host });
      await ask(await connect({ host: target, port, psk: client1 }));
      await server.close();
      const packets = await dissect(tool, file, port);
      t.is(requests(packets), 2, list(packets));
      t.false(packets.some(({ wrong }) => wrong));
      const known = udpBackend === 'mmsg' || host === '::1';
      const ends = packets.flatMap((packet) => [packet.source, packet.target]);
      if (known)
        t.true(
          ends.every((end) => end.startsWith(`${target} `)),
          'the address that was asked',
        );
    });
  }
}

test('a server without a capture has the same counters and no file', async (t) => {
  const { server, port } = await startEchoServer(t);
  await ask(await dial(t, port));
  t.is(server.counters().handshakesCompleted, 1);
});
