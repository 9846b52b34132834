import test from 'ava';
import { startModule } from '../helpers/child-process.js';
import { client1 } from '../helpers/credentials.js';
import { dial, echo } from '../helpers/ours.js';
import type { Program } from '../helpers/program.js';
import { watch } from '../helpers/watch.js';

function startProcess(name: string, port: number): Program {
  return startModule(`
    import { DtlsServer } from 'lwm2m-tls';
    const server = new DtlsServer({ psk: { ${client1.identity}: Buffer.from('${client1.key.toString('hex')}', 'hex') } });
    server.on('connection', (socket) => socket.on('message', () => socket.send('${name}')));
    const { port } = await server.listen({ host: '127.0.0.1', port: ${port}, reusePort: true });
    console.log('port', port);`);
}

test('two processes that say reusePort both get clients, each client one of them', async (t) => {
  const first = watch(t, startProcess('first', 0));
  const port = Number((await first.waitFor(/port (\d+)\n/))[1]);
  const second = watch(t, startProcess('second', port));
  await second.waitFor(/port \d+\n/);

  const clients = await Promise.all(Array.from({ length: 64 }, () => dial(t, port)));
  const answers = await Promise.all(clients.map((client) => echo(client, 'who')));
  t.deepEqual([...new Set(answers)].sort(), ['first', 'second']);
  t.deepEqual(await Promise.all(clients.map((client) => echo(client, 'who'))), answers);
});
