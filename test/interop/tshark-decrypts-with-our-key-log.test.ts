import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'coap-packet';
import { attend } from '../helpers/attend.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { startTool, testWith, tshark } from '../helpers/foreign/tools.js';
import { dial, Inbox, startEchoServer } from '../helpers/ours.js';
import { watch } from '../helpers/pairings.js';
import { writePcap } from '../helpers/pcap.js';
import { suites } from '../helpers/suites.js';

const ports = { server: 5684, client: 40_000 };
const request = generate({ code: '0.02', messageId: 77, options: [{ name: 'Uri-Path', value: Buffer.from('rd') }] });

for (const side of ['server', 'client'] as const) {
  for (const suite of suites) {
    testWith(tshark, `key log of the ${side}: ${suite.name}`, async (t, tool) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'keylog-'));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      const [keylogFile, capture] = [path.join(folder, 'keys.txt'), path.join(folder, 'capture.pcap')];
      const keylog = { keylogFile };

      const { port } = await startEchoServer(t, { cipherSuites: [suite.name], ...(side === 'server' ? keylog : {}) });
      const proxy = attend(t, await FaultProxy.start({ server: { port } }));
      const socket = await dial(t, proxy.port, side === 'client' ? keylog : {});
      const inbox = new Inbox(socket);
      socket.send(request);
      await inbox.next();
      await socket.close();
      writePcap(capture, proxy.log, ports);

      const decoding = ['-d', `udp.port==${ports.server},dtls`, '-d', `dtls.port==${ports.server},coap`];
      const parameters = ['-r', capture, ...decoding, '-o', `tls.keylog_file:${keylogFile}`];
      const process = watch(t, startTool(tool, parameters));
      await process.exited;
      t.is(process.output.match(/CoAP .*MID:77, POST, \/rd/g)?.length, 2, 'the request and its echo');
    });
  }
}
