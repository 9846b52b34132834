import test from 'ava';
import { runModule } from '../helpers/child-process.js';

const prologue = `
  import { subscribe } from 'node:diagnostics_channel';
  import { connect, connectTls, DtlsServer, TlsServer, diagnosticsChannels } from 'lwm2m-tls';
  const psk = { identity: 'device', key: Buffer.alloc(16, 1) };
  for (const name of Object.values(diagnosticsChannels)) {
    subscribe(name, () => { throw new Error('thrown on ' + name); });
  }
`;

for (const [Server, connect] of [
  ['DtlsServer', 'connect'],
  ['TlsServer', 'connectTls'],
]) {
  const life = `
    const server = new ${Server}({ psk: { device: psk.key } });
    server.on('connection', (socket) => socket.resume?.());
    const { port } = await server.listen({ host: '127.0.0.1' });
    const dial = (options) => ${connect}({ host: '127.0.0.1', port, psk, ...options });
    const client = await dial();
    const failed = new Promise((resolve) => server.once('clientError', resolve));
    await dial({ psk: { identity: 'stranger', key: psk.key } }).catch(() => {});
    await failed;
    await client.close();
    await server.close();`;

  test(`${Server}: everything goes on, and each exception is reported once`, async (t) => {
    const child = await runModule(`${prologue}
      const caught = [];
      process.on('uncaughtException', (error) => caught.push(error.message));
      ${life}
      await new Promise(setImmediate); // the last one is reported in the next tick
      const names = Object.values(diagnosticsChannels).map((name) => 'thrown on ' + name);
      console.log(names.filter((name) => !caught.includes(name)).length, caught.length);`);
    t.is(child.code, 0, child.stderr);
    t.is(child.stdout, '0 10\n', 'nine channels, and two attempts of which one failed');
  });

  test(`${Server}: without a handler it ends the process`, async (t) => {
    const child = await runModule(`${prologue} ${life}`);
    t.is(child.code, 1, child.stderr);
    t.regex(child.stderr, /Error: thrown on lwm2m-tls:/);
  });
}
