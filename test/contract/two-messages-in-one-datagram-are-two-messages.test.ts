import test, { type ExecutionContext } from 'ava';
import { createDtlsSocket, type NetBackend, type NetSocket, SocketOption, SocketState } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { until } from '../helpers/within.js';

test('both are told as buffered, one after the other', async (t) => {
  const { sender, receiver } = await twoInOneDatagram(t);
  await sender('one', 'two');
  await until('buffered data', () => receiver.getOpt(SocketOption.hasBufferedData));
  t.is(String(await receiver.receiveMessage()), 'one');
  t.true(receiver.getOpt(SocketOption.hasBufferedData));
  t.is(String(await receiver.receiveMessage()), 'two');
  t.false(receiver.getOpt(SocketOption.hasBufferedData));
});

test('a first one that does not fit the buffer does not take the second one with it', async (t) => {
  const { sender, receiver } = await twoInOneDatagram(t);
  await sender('too long', 'two');
  const buffer = Buffer.alloc(3);
  const error = await t.throwsAsync(receiver.receive(buffer), { code: 'EMSGSIZE' });
  t.like(error, { received: 3 });
  t.is(String(buffer), 'too');
  t.is(String(await receiver.receiveMessage()), 'two');
});

test('a first one that exactly fills the buffer is no error', async (t) => {
  const { sender, receiver } = await twoInOneDatagram(t);
  await sender('one', 'two');
  t.is(await receiver.receive(Buffer.alloc(3)), 3);
  t.is(String(await receiver.receiveMessage()), 'two');
});

/** A sender that puts two messages into one datagram, and the socket at the other end. */
async function twoInOneDatagram(
  t: ExecutionContext,
): Promise<{ sender: (first: string, second: string) => Promise<void>; receiver: NetSocket }> {
  const left = new Carrier(SocketState.connected);
  const right = new Carrier(SocketState.accepted);
  left.peer = right;
  right.peer = left;
  const [sending, receiver] = [0, 1].map(() => createDtlsSocket({ security: { mode: 'psk', ...client1 } })) as [
    NetSocket,
    NetSocket,
  ];
  t.teardown(() => Promise.all([sending.cleanup(), receiver.cleanup()]));
  await Promise.all([receiver.decorate(right), sending.decorate(left)]);
  const sender = async (first: string, second: string) => {
    left.collected = [];
    await sending.send(first);
    await sending.send(second);
    const datagram = Buffer.concat(left.collected);
    left.collected = undefined;
    left.send(datagram);
  };
  return { sender, receiver };
}

/** One end of a link of messages. */
class Carrier implements NetBackend {
  readonly type = 'datagram';
  readonly innerMtu = 1_000;
  state: SocketState;
  peer: Carrier | undefined;
  /** What is not sent yet; undefined: everything is sent at once. */
  collected: Uint8Array[] | undefined;
  readonly #arrived: Uint8Array[] = [];
  #wake: ((message: Uint8Array | null) => void) | undefined;

  constructor(state: SocketState) {
    this.state = state;
  }

  send(message: Uint8Array): void {
    if (this.collected !== undefined) this.collected.push(Uint8Array.from(message));
    else this.peer?.take(Uint8Array.from(message));
  }

  take(message: Uint8Array): void {
    if (this.#wake === undefined) this.#arrived.push(message);
    else this.#wake(message);
    this.#wake = undefined;
  }

  async receive(): Promise<Uint8Array | null> {
    const message = this.#arrived.shift();
    if (message !== undefined) return message;
    if (this.state === SocketState.closed) return null;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.state = SocketState.closed;
    this.#wake?.(null);
  }
}
