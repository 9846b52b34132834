import { connect, DtlsServer, type DtlsSocket } from 'lwm2m-tls';
import { client1 } from '../credentials.js';
import { quickTimeouts } from '../ours.js';
import { until } from '../within.js';
import type { PressureScript, Step } from './script.js';

export type Backend = 'mmsg' | 'uv';

export interface Facts {
  /** For each client, the numbers that came back, in the order of arrival. */
  echoes: number[][];
  datagramsUnsent: number;
  transportErrors: number;
  /** System calls of the direction under pressure, while the script was in force. */
  calls: number;
  stepsLeft: number;
}

/** What a socket buffer holds for sure: the real kernel shall drop nothing. */
const chunk = 100;

export const scenarios = {
  'sending is difficult': async (script, backend) => exchangeUnder(script, 'send', backend),
  'receiving is difficult': async (script, backend) => exchangeUnder(script, 'receive', backend),

  /** The server cannot send for a while. */
  'sending stops for 200 turns': async (script, backend) => {
    const meeting = await meet(backend, 1);
    script.begin('server', 'send', [], 'EAGAIN');
    await meeting.send(chunk);
    script.begin('server', 'send', [], 'EAGAIN');
    await turn(200);
    const { calls } = script.progress('send');
    script.end();
    await meeting.arrived(chunk);
    return { ...meeting.facts(script, 'send'), calls };
  },

  /** The server cannot send, while its clients ask for more than its queue holds. Then the kernel takes what is left. */
  'sending stops for too long': async (script, backend) => {
    const meeting = await meet(backend, 16);
    script.begin('server', 'send', [], 'EAGAIN');
    for (let i = 0; i < 25; i += 1) await meeting.send(5);
    const { datagramsUnsent } = meeting.server.counters();
    script.end();
    await meeting.arrived(16 * 125 - datagramsUnsent);
    return meeting.facts(script, 'send');
  },

  /** The device queue of the kernel is full, which poll does not show, so that waiting for it may be in vain. */
  'the device is full for some calls': async (script, backend) => {
    const meeting = await meet(backend, 1);
    script.begin('server', 'send', Array(20).fill('ENOBUFS'));
    await meeting.send(chunk);
    await until('the last step', () => script.progress('send').stepsLeft === 0);
    await until(
      'all that was not dropped',
      () => meeting.echoed() + meeting.server.counters().datagramsUnsent >= chunk,
    );
    return meeting.facts(script, 'send');
  },

  /** Counts the calls after everything was given up. */
  'the device is full for ever': async (script, backend) => {
    const meeting = await meet(backend, 1);
    script.begin('server', 'send', [], 'ENOBUFS');
    await meeting.send(chunk);
    await until('the end of the queue', () => meeting.server.counters().datagramsUnsent === chunk);
    script.begin('server', 'send', [], 'ENOBUFS');
    await turn(50);
    return meeting.facts(script, 'send');
  },
} satisfies Record<string, (script: PressureScript, backend: Backend) => Promise<Facts>>;

export type Scenario = keyof typeof scenarios;

/** The datagrams of both sides, those of the handshake first, meet every obstacle. */
async function exchangeUnder(script: PressureScript, direction: 'send' | 'receive', backend: Backend): Promise<Facts> {
  const obstacles: Step[] = ['EAGAIN', 'EINTR', 'one only', 'EAGAIN', 'EINTR', 'EINTR', 'pass', 'one only'];
  script.begin('both', direction, Array(8).fill(obstacles).flat());
  const meeting = await meet(backend, 1);
  await meeting.exchange(3 * chunk);
  return meeting.facts(script, direction);
}

/** An echo server and its clients, connected. They are left open: the process exits. */
async function meet(udpBackend: Backend, clientCount: number) {
  const server = new DtlsServer({ psk: { [client1.identity]: client1.key }, udpBackend });
  server.on('connection', (socket) => {
    socket.on('message', (message) => socket.send(message));
  });
  const { port } = await server.listen({ host: '127.0.0.1' });
  const options = { host: '127.0.0.1', port, psk: client1, udpBackend, handshakeTimeouts: quickTimeouts };
  const clients: DtlsSocket[] = [];
  for (let i = 0; i < clientCount; i += 1) clients.push(await connect(options));
  const echoes: number[][] = clients.map((client) => {
    const numbers: number[] = [];
    client.on('message', (message) => numbers.push(Number(message.toString())));
    return numbers;
  });
  let sent = 0;

  const echoed = (): number => echoes.reduce((sum, { length }) => sum + length, 0);
  const arrived = (count: number): Promise<void> => until(`${count} echoes`, () => echoed() >= count);
  /** Each client sends the next `count` numbers; resolves when the server has them all. */
  const send = async (count: number): Promise<void> => {
    for (const client of clients) {
      for (let i = 0; i < count; i += 1) client.send(String(sent + i));
    }
    sent += count;
    const all = sent * clients.length;
    await until(`${all} messages`, () => server.counters().messagesReceived >= all);
  };
  return {
    server,
    echoed,
    arrived,
    send,
    async exchange(count: number): Promise<void> {
      while (sent < count) {
        await send(chunk);
        await arrived(sent * clients.length);
      }
    },
    facts(script: PressureScript, direction: 'send' | 'receive'): Facts {
      const { datagramsUnsent, transportErrors } = server.counters();
      return { echoes, datagramsUnsent, transportErrors, ...script.progress(direction) };
    },
  };
}

/** Lets the event loop turn so many times. */
async function turn(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
