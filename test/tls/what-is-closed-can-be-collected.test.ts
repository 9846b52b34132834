import test from 'ava';
import { runModule } from '../helpers/child-process.js';

const prelude = `
  import { once } from 'node:events';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { connectTls, TlsServer } from 'lwm2m-tls';
  const psk = { identity: 'device', key: Buffer.from('sixteen-byte-key') };
  const collect = async () => { for (let i = 0; i < 5; i += 1) { await sleep(10); global.gc(); } };
`;

test('sockets and servers', async (t) => {
  const child = await runModule(
    `${prelude}
     const alive = new Set();
     const registry = new FinalizationRegistry((what) => alive.delete(what));
     const watch = (object, what) => { alive.add(what); registry.register(object, what); };
     const live = async () => {
       const server = new TlsServer({ psk: { device: psk.key } });
       watch(server, 'server');
       server.on('connection', (socket) => { watch(socket, 'peer ' + socket.remotePort); socket.pipe(socket); });
       const { port } = await server.listen({ host: '127.0.0.1' });
       for (const way of ['close', 'destroy', 'end']) {
         const client = await connectTls({ host: '127.0.0.1', port, psk });
         watch(client, way);
         client.write('ping');
         await once(client, 'data');
         const closed = once(client, 'close');
         client[way]();
         await closed;
       }
       await connectTls({ host: '127.0.0.1', port, psk: { ...psk, identity: 'stranger' } }).catch(() => {});
       await server.close();
     };
     await live();
     await collect();
     console.log(JSON.stringify([...alive]));`,
    ['--expose-gc'],
  );
  t.is(child.code, 0, child.stderr);
  t.is(child.stdout, '[]\n');
});

test('connections leave no native memory behind', async (t) => {
  const child = await runModule(
    `${prelude}
     const server = new TlsServer({ psk: { device: psk.key } });
     server.on('connection', (socket) => socket.pipe(socket));
     const { port } = await server.listen({ host: '127.0.0.1' });
     const round = async () => {
       for (let i = 0; i < 10; i += 1) {
         await Promise.all(Array.from({ length: 20 }, async () => {
           const client = await connectTls({ host: '127.0.0.1', port, psk });
           client.end('ping');
           client.resume();
           await once(client, 'close');
         }));
       }
       await collect();
       return process.memoryUsage().rss;
     };
     await round();
     await round();
     const before = await round();
     for (let i = 0; i < 3; i += 1) await round();
     const after = await round();
     console.log(after - before);
     await server.close();`,
    ['--expose-gc'],
  );
  t.is(child.code, 0, child.stderr);
  const grown = Number(child.stdout);
  // 800 connections, of which each has had two SSLs of some 50 KB.
  t.true(grown < 16 << 20, `${grown} bytes after 800 connections`);
});
