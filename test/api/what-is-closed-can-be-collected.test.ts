import test from 'ava';
import { runModule } from '../helpers/child-process.js';

const setup = `
  import { connect, DtlsServer } from 'lwm2m-tls';
  const psk = { identity: 'device', key: Buffer.from('key') };
  const collect = async (references) => {
    for (let i = 0; i < 50 && references.some((reference) => reference.deref() !== undefined); i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    return references.filter((reference) => reference.deref() !== undefined).length;
  };
`;

test('servers and sockets', async (t) => {
  const { code, stdout, stderr } = await runModule(
    `${setup}
    const references = [];
    await (async () => {
      for (let i = 0; i < 10; i += 1) {
        const server = new DtlsServer({ psk: { device: psk.key } });
        server.on('connection', (socket) => {
          references.push(new WeakRef(socket));
          socket.on('message', (message) => socket.send(message));
        });
        const { port } = await server.listen({ host: '127.0.0.1' });
        const client = await connect({ host: '127.0.0.1', port, psk });
        client.send('x');
        for await (const message of client) { references.push(new WeakRef(message)); break; }
        references.push(new WeakRef(server), new WeakRef(client));
        await client.close();
        await server.close();
      }
    })();
    const left = await collect(references);
    // The last records of the slab may be referenced from registers and caches.
    console.log(references.length, left <= 3);`,
    ['--expose-gc'],
  );
  t.is(code, 0, stderr);
  t.is(stdout, '40 true\n');
});

test('an open server is not collected, though nobody refers to it', async (t) => {
  const { code, stdout, stderr } = await runModule(
    `${setup}
    const open = async () => {
      const server = new DtlsServer({ psk: { device: psk.key } });
      server.on('connection', (socket) => socket.on('message', (message) => {
        socket.send(message);
        if (String(message) === 'bye') void server.close();
      }));
      return (await server.listen({ host: '127.0.0.1' })).port;
    };
    const port = await open();
    for (let i = 0; i < 5; i += 1) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
    const client = await connect({ host: '127.0.0.1', port, psk });
    gc();
    client.send('bye');
    for await (const message of client) console.log(String(message));`,
    ['--expose-gc'],
  );
  t.is(code, 0, stderr);
  t.is(stdout, 'bye\n');
});

test('servers that were never opened or closed', async (t) => {
  const { code, stdout, stderr } = await runModule(
    `${setup}
    const references = Array.from({ length: 100 }, () => new WeakRef(new DtlsServer({ psk: { device: psk.key } })));
    console.log(await collect(references) <= 1);`,
    ['--expose-gc'],
  );
  t.is(code, 0, stderr);
  t.is(stdout, 'true\n');
});

test('messages that are kept stay valid', async (t) => {
  const { code, stdout, stderr } = await runModule(
    `${setup}
    const server = new DtlsServer({ psk: { device: psk.key } });
    const kept = [];
    const { port } = await server.listen({ host: '127.0.0.1' });
    const client = await connect({ host: '127.0.0.1', port, psk });
    const [socket] = server.sockets();
    for (let i = 0; i < 600; i += 1) {
      client.send(Buffer.alloc(1000, i & 255));
      await new Promise((resolve) => socket.once('message', (message) => { kept.push(message); resolve(); }));
      if (i % 50 === 0) gc();
    }
    await client.close();
    await server.close();
    gc();
    console.log(kept.every((message, i) => message.equals(Buffer.alloc(1000, i & 255))));`,
    ['--expose-gc'],
  );
  t.is(code, 0, stderr);
  t.is(stdout, 'true\n');
});
