import { connect } from 'lwm2m-tls';

const socket = await connect({
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 5684),
  psk: { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') },
});

socket.send('hello');
for await (const message of socket) {
  console.log(`the server says ${message}`);
  break;
}
await socket.close();
