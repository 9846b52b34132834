import test from 'ava';
import { runModule } from '../helpers/child-process.js';

const pair = `
  import { connect, DtlsServer } from 'lwm2m-tls';
  const psk = { identity: 'device', key: Buffer.from('key') };
  const server = new DtlsServer({ psk: { device: psk.key } });
  const { port } = await server.listen({ host: '127.0.0.1' });
  const dial = (options) => connect({ host: '127.0.0.1', port, psk, ...options });
`;

const listeners: [name: string, source: string][] = [
  ['connection', `server.on('connection', () => { throw new Error('thrown'); }); await dial();`],
  [
    'message',
    `server.on('connection', (socket) => socket.on('message', () => { throw new Error('thrown'); }));
     (await dial()).send('x');`,
  ],
  [
    'close',
    `server.on('connection', (socket) => socket.on('close', () => { throw new Error('thrown'); }));
     await (await dial()).close();`,
  ],
  [
    'clientError',
    `server.on('clientError', () => { throw new Error('thrown'); });
     await dial({ psk: { identity: 'stranger', key: psk.key } }).catch(() => {});`,
  ],
  ['keylog', `server.on('keylog', () => { throw new Error('thrown'); }); await dial();`],
  [
    'message that awaits',
    `server.on('connection', (socket) => socket.on('message', async () => { throw new Error('thrown'); }));
     (await dial()).send('x');`,
  ],
];

for (const [name, source] of listeners) {
  test(`${name}: it ends the process with code 1 and a stack trace`, async (t) => {
    const child = await runModule(`${pair} ${source}`);
    t.is(child.signal, null);
    t.is(child.code, 1, child.stderr);
    t.regex(child.stderr, /Error: thrown\n\s+at /);
  });

  test(`${name}: a handler of uncaughtException may go on`, async (t) => {
    const child = await runModule(`${pair}
      let caught = 0;
      process.on('uncaughtException', async (error) => {
        if (error.message !== 'thrown') throw error;
        caught += 1;
        if (caught > 1) return;
        await server.close();
        console.log('closed');
      });
      ${source}`);
    t.is(child.code, 0, child.stderr);
    t.regex(child.stdout, /closed/);
  });
}

test('events after the one whose listener threw are still delivered, once each', async (t) => {
  const child = await runModule(`${pair}
    const seen = [];
    let caught = 0;
    process.on('uncaughtException', () => { caught += 1; });
    server.on('connection', (socket) => socket.on('message', async (message) => {
      seen.push(Number(message));
      if (seen.length === 50) {
        console.log(JSON.stringify({ seen, caught }));
        await client.close();
        await server.close();
      }
      if (seen.length % 7 === 0) throw new Error('thrown');
    }).on('message', (message) => { if (Number(message) % 5 === 0) throw new Error('thrown'); }));
    const client = await dial();
    for (let i = 0; i < 50; i += 1) client.send(String(i));
  `);
  t.is(child.code, 0, child.stderr);
  const { seen, caught } = JSON.parse(child.stdout) as { seen: number[]; caught: number };
  t.deepEqual(seen, [...Array(50).keys()]);
  t.true(caught >= 10);
});
