import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, echo } from '../helpers/ours.js';

// Linux has all of 127.0.0.0/8 on its loopback interface. A reply must come from the address that was written to, else a
// connected client never sees it. `mmsg` only: uv_udp_t neither tells that address nor lets the sender choose one.
const linuxTest = process.platform === 'linux' ? test : test.skip;

for (const host of ['0.0.0.0', '::']) {
  linuxTest(`a server on ${host} replies from the address that the client dialled`, async (t) => {
    const server = new DtlsServer({ psk: { [client1.identity]: client1.key }, udpBackend: 'mmsg' });
    t.teardown(async () => server.close());
    server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
    const { port } = await server.listen({ host });
    for (const address of ['127.0.0.1', '127.0.0.2', '127.1.2.3']) {
      const client = await dial(t, port, { host: address, handshakeTimeouts: { min: 100, max: 100 } });
      t.is(client.remoteAddress, address);
      t.is(await echo(client, address), address);
    }
  });
}
