import path from 'node:path';
import { generate } from 'coap-packet';
import type { DtlsSocket } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { runTool, testWith, tshark } from '../helpers/foreign/tools.js';
import { Inbox } from '../helpers/ours.js';
import { writePcap } from '../helpers/pcap.js';
import { pki, temporaryFolder } from '../helpers/pki.js';
import { certificateSuites, ecdsaChacha, rsaGcm } from '../helpers/suites.js';

/** tshark 4.0 does not decrypt ChaCha20 over DTLS. */
const suites = certificateSuites.filter((suite) => suite !== ecdsaChacha);

const ports = { server: 5684, client: 40_000 };
const request = generate({ code: '0.02', messageId: 77, options: [{ name: 'Uri-Path', value: Buffer.from('rd') }] });

for (const side of ['server', 'client'] as const) {
  for (const suite of suites) {
    for (const tickets of [true, false]) {
      const way = tickets ? 'ticket' : 'id';
      testWith(tshark, `key log of the ${side}: ${suite.name}, then resumed by ${way}`, async (t, tool) => {
        const folder = temporaryFolder(t);
        const [keylogFile, capture] = [path.join(folder, 'keys.txt'), path.join(folder, 'capture.pcap')];
        const keylog = { keylogFile };
        const [server, client] = suite === rsaGcm ? [pki.rsaServer, pki.rsaClient] : [pki.server, pki.client];
        const { port } = await startCertifiedServer(t, {
          ...identityOf(await server()),
          ...{ ca: (await pki.root()).pem, requestCert: true, cipherSuites: [suite.id], sessions: { tickets } },
          ...(side === 'server' ? keylog : {}),
        });
        const proxy = attend(t, await FaultProxy.start({ server: { port } }));
        const options = { ...identityOf(await client()), ...(side === 'client' ? keylog : {}) };
        let session: Buffer | undefined;
        for (const resumed of [false, true]) {
          const socket: DtlsSocket = await dialCertified(t, proxy.port, { ...options, session });
          t.is(socket.resumed, resumed);
          const inbox = new Inbox(socket);
          socket.send(request);
          await inbox.next();
          await socket.close();
          session = socket.session;
        }
        writePcap(capture, proxy.log, ports);

        const decoding = ['-d', `udp.port==${ports.server},dtls`, '-d', `dtls.port==${ports.server},coap`];
        const output = runTool(tool, ['-r', capture, ...decoding, '-o', `tls.keylog_file:${keylogFile}`]).toString();
        t.is(output.match(/CoAP .*MID:77, POST, \/rd/g)?.length, 4, 'the request and its echo, both times');
      });
    }
  }
}
