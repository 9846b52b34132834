// More cores: a server in each of two worker threads, on one port. This file is both sides: the workers load it for
// createServer, and only the main thread runs the rest.
import { isMainThread } from 'node:worker_threads';
import { connect, DtlsServer, DtlsServerGroup } from 'lwm2m-tls';

const identity = 'device-1';
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

export function createServer({ index, sessions }) {
  const server = new DtlsServer({ psk: { [identity]: key }, sessions });
  server.on('connection', (socket) => {
    socket.on('message', (message) => socket.send(`worker ${index} says ${message}`));
  });
  return server;
}

if (isMainThread) {
  const group = new DtlsServerGroup({ script: new URL(import.meta.url), workers: 2 });
  group.on('workerExit', (worker, error) => console.log(`${worker.index} is ${worker.state}: ${error.message}`));
  group.on('error', (error) => console.log(error.message));
  const { port } = await group.listen({ host: '127.0.0.1' });

  // The kernel gives each client, by its address and port, to one of the workers.
  const devices = [];
  for (const worker of [0, 1]) {
    while (group.workers[worker].counters().peers === 0) {
      devices.push(await connect({ host: '127.0.0.1', port, psk: { identity, key } }));
    }
  }
  const answers = devices.map(async (device) => {
    const answer = new Promise((resolve) => device.once('message', (message) => resolve(message.toString())));
    device.send('hello');
    return answer;
  });
  console.log([...new Set(await Promise.all(answers))].sort().join('\n'));

  // Added up from shared memory: no worker is asked.
  const { messagesReceived } = group.counters();
  console.log(`each of the clients was heard: ${messagesReceived === devices.length}`);

  // A session of one worker is resumed at whichever the client comes to.
  const again = await connect({ host: '127.0.0.1', port, psk: { identity, key }, session: devices[0].session });
  console.log(`resumed: ${again.resumed}`);

  for (const device of [...devices, again]) await device.close();
  await group.close();
}
