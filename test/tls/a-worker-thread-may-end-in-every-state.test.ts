import test from 'ava';
import { runModule } from '../helpers/child-process.js';

const states: Record<string, string> = {
  'a server listens': 'await serve();',
  'a handshake is under way': `
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    void connectTls({ host: '127.0.0.1', port: silent.address().port, psk });
    await once(silent, 'connection');`,
  'two ends are connected': 'await dial(await serve());',
  'data is under way': `
    const client = await dial(await serve());
    client.write(Buffer.alloc(8 << 20));
    await once(client, 'data');`,
  'both are closing': `
    const port = await serve();
    const client = await dial(port);
    void client.close();`,
};

for (const [state, code] of Object.entries(states)) {
  test(`when ${state}`, async (t) => {
    const worker = `
      import net from 'node:net';
      import { once } from 'node:events';
      import { connectTls, TlsServer } from 'lwm2m-tls';
      const psk = { identity: 'device', key: Buffer.from('sixteen-byte-key') };
      const serve = async () => {
        const server = new TlsServer({ psk: { device: psk.key } });
        server.on('connection', (socket) => socket.pipe(socket));
        return (await server.listen({ host: '127.0.0.1' })).port;
      };
      const dial = (port) => connectTls({ host: '127.0.0.1', port, psk });
      ${code}
      process.exit(0);`;
    const child = await runModule(
      `import { Worker } from 'node:worker_threads';
       import { once } from 'node:events';
       const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: ['--input-type=module'] });
       const [code] = await once(worker, 'exit');
       console.log(code);`,
    );
    t.is(child.code, 0, child.stderr);
    t.is(child.stdout, '0\n', child.stderr);
  });
}
