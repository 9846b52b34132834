import { randomBytes } from 'node:crypto';
import type { DtlsSocket } from 'lwm2m-tls';
import { SimulatedDevice, type SimulatedDeviceOptions } from 'lwm2m-tls/lwm2m';
import { EngineError } from './engine-error.js';

/** A device, for as long as somebody may come back as it: what it keeps between two virtual users. */
export class Device {
  readonly number: number;
  readonly #keepSessions: boolean;
  #simulated: SimulatedDevice | undefined;
  #session: Buffer | undefined;
  /** Associations that the server still has. */
  #abandoned: DtlsSocket[] = [];
  #inUse = false;

  constructor(number: number, keepSessions: boolean) {
    this.number = number;
    this.#keepSessions = keepSessions;
  }

  /** A virtual user is this device from now on. Throws `ERR_DEVICE_IN_USE`. */
  begin(options: () => SimulatedDeviceOptions): void {
    if (this.#inUse) {
      throw new EngineError(
        'ERR_DEVICE_IN_USE',
        `device ${this.number} is another virtual user still: 'devices' must be more than there are at a time`,
      );
    }
    this.#simulated ??= new SimulatedDevice(options());
    this.#inUse = true;
  }

  /** It says goodbye wherever it is connected; sessions and its registration stay. */
  async end(): Promise<void> {
    if (!this.#inUse) return;
    await this.simulated.close();
    await Promise.all(this.#abandoned.splice(0).map((socket) => socket.close()));
    this.#inUse = false;
  }

  get simulated(): SimulatedDevice {
    if (this.#simulated === undefined) throw new Error('the device has not begun');
    return this.#simulated;
  }

  get socket(): DtlsSocket {
    const { socket } = this.simulated;
    if (socket === undefined)
      throw new EngineError('ERR_CLOSED', 'the device is not connected: a handshake comes first');
    return socket;
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** A handshake; an association that is there is closed. Resolves with whether it was a resumption. */
  async connect({ resume }: { resume: boolean }): Promise<boolean> {
    await this.simulated.close();
    const session = this.#keepSessions ? undefined : false;
    await this.simulated.connect(
      resume && this.#session ? { session: this.#session } : session === false ? { session } : {},
    );
    const { socket } = this;
    if (this.#keepSessions) {
      socket.on('session', (received) => {
        this.#session = received;
      });
    }
    return socket.resumed;
  }

  /** Leaves without a word to the server. */
  sleep(): void {
    const socket = this.simulated.abandon();
    if (socket !== undefined) this.#abandoned.push(socket);
  }

  /** The same, and nothing is remembered. */
  loseState(): void {
    this.sleep();
    this.#session = undefined;
    this.simulated.forgetRegistration();
  }

  /** Resolves when the same bytes come back. */
  async echo(message: Uint8Array, timeoutMillis: number): Promise<void> {
    await this.#exchange(message, (answer) => answer.equals(message), timeoutMillis);
  }

  /** A CoAP ping: an empty confirmable message, which is answered with a reset (RFC 7252, 4.3). */
  async ping(timeoutMillis: number): Promise<void> {
    const id = randomBytes(2);
    const reset = Buffer.of(0x70, 0, ...id);
    await this.#exchange(Buffer.of(0x40, 0, ...id), (answer) => answer.equals(reset), timeoutMillis);
  }

  #exchange(message: Uint8Array, isAnswer: (message: Buffer) => boolean, timeoutMillis: number): Promise<void> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        socket.off('message', onMessage).off('close', onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onMessage = (answer: Buffer): void => {
        if (isAnswer(answer)) settle();
      };
      const onClose = (): void => settle(new EngineError('ERR_CLOSED', 'the association ended'));
      const timer = setTimeout(() => {
        settle(new EngineError('ETIMEDOUT', `no answer within ${timeoutMillis} ms`));
      }, timeoutMillis);
      socket.on('message', onMessage).on('close', onClose);
      try {
        socket.send(message);
      } catch (error) {
        settle(error as Error);
      }
    });
  }
}
