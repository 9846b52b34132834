// A test of a device: what it does when its server misbehaves. The device is a connect() here, and yours a program.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'lwm2m-tls';
import { TestServer } from 'lwm2m-tls/harness';

const psk = { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };
const file = path.join(tmpdir(), `harness-${process.pid}.pcapng`);

const server = new TestServer({ psk: { [psk.identity]: psk.key } });
const { port } = await server.listen();
const capture = server.startCapture({ file, when: 'failure' });
const dial = (options) => connect({ host: '127.0.0.1', port, psk, ...options });
const why = ({ code, alertName }) => alertName ?? code;

let device = await dial();
let connection = await server.accept({ timeout: 5_000 });
device.send('hello');
console.log(`${connection.pskIdentity} says ${await connection.receive({ timeout: 5_000 })}`);

// Nobody listens: ICMP port unreachable, though the port stays ours.
const closed = server.fakeClose();
console.log(`while the port is closed: ${await dial().catch(why)}`);
closed.undo();

// The server has lost its state, and the device cannot know.
server.forget(connection);
console.log(`after the server has forgotten it the device is ${device.state}`);
const { session } = device;
await device.close();

// A session that is offered in vain.
const refusal = server.refuseResumption();
device = await dial({ session });
connection = await server.accept();
console.log(`resumed: ${connection.resumed}`);
refusal.undo();

// An alert of our choice.
const failed = new Promise((resolve) => device.once('error', resolve));
connection.sendAlert('internal_error');
console.log(`the device hears ${why(await failed)}`);

// For Wireshark, decrypted: what was said until now.
capture.save('the example is over');
await capture.stop();
console.log(`captured: ${capture.packets > 0}`);
rmSync(file);
await server.close();
