import test from 'ava';
import { captureFile } from '../helpers/captures.js';
import { dialTestServer, startTestServer } from '../helpers/harness.js';
import { quickTimeouts } from '../helpers/ours.js';

test('what is lost on its way out never was on the wire, what is lost on its way in was', async (t) => {
  const { server, port } = await startTestServer(t, {
    handshakeTimeouts: quickTimeouts,
    faults: {
      receive: [{ fault: 'lose', handshake: 'ClientHello', nth: 1 }],
      send: [{ fault: 'lose', handshake: 'ServerHello', nth: 1 }],
    },
  });
  const capture = server.startCapture({ file: captureFile(t) });
  const client = await dialTestServer(t, port, { handshakeTimeouts: quickTimeouts });
  const connection = await server.accept();
  client.send('hello');
  await connection.receive();
  await capture.stop();

  const { receive, send } = server.dtls.faults.counters();
  t.is(receive.lost, 1);
  t.is(send.lost, 1);
  const { datagramsReceived, datagramsSent } = server.dtls.counters();
  t.is(capture.packets, datagramsReceived + receive.lost + datagramsSent - send.lost);
});
