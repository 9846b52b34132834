import { once } from 'node:events';
import test from 'ava';
import type { DtlsSocket } from 'lwm2m-tls';
import { closed, dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`a client sends and says goodbye in one go, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    // Both are in the system's buffer when the server reads: it has heard the goodbye before it tells of the message.
    for (let turn = 0; turn < 10; turn++) {
      const accepted = nextConnection(server);
      const client = await dial(t, port, { udpBackend });
      const { socket } = await accepted;
      const goodbye = closed(socket);
      const states: DtlsSocket['state'][] = [];
      socket.on('message', () => {
        states.push(socket.state);
        t.notThrows(() => socket.send('an answer'));
      });
      const message = once(socket, 'message');
      client.send('a question');
      await client.close();
      await message;
      t.false(await goodbye);
      t.deepEqual(states, ['connected']);
      t.throws(() => socket.send('late'), { code: 'ERR_CLOSED' });
    }
  });
}
