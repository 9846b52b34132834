import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { connect } from 'lwm2m-tls';
import { udpBackends } from '../helpers/ours.js';
import { Program } from '../helpers/program.js';
import { watch } from '../helpers/watch.js';

const example = fileURLToPath(new URL('../../examples/server.mjs', import.meta.url));
const psk = { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };

/** Without a repetition: the first timeout is the last one. */
const handshakeTimeouts = { min: 200, max: 200 };

for (const udpBackend of udpBackends) {
  test.serial(`an answer that came in time counts, over ${udpBackend}`, async (t) => {
    const server = watch(t, new Program(process.execPath, [example], { env: { ...process.env, PORT: '0' } }));
    const [, port] = await server.waitFor(/listening on 127\.0\.0\.1:(\d+)/);

    const connecting = connect({ host: '127.0.0.1', port: Number(port), psk, handshakeTimeouts, udpBackend });
    let settled = false;
    connecting.finally(() => {
      settled = true;
    });
    let turns = 0;
    while (!settled) {
      const end = performance.now() + 1.5 * handshakeTimeouts.max;
      while (performance.now() < end);
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }

    const socket = await connecting;
    t.true(turns >= 3, 'each flight waited for a turn of the loop');
    socket.send('hello');
    const [echo] = await once(socket, 'message');
    t.is(`${echo}`, 'hello');
    await socket.close();
  });
}
