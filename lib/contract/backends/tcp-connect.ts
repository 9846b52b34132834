import { Socket } from 'node:net';
import { native } from '../../binding.js';
import { describeErrno } from '../../errors/system-error.js';
import type { BackendSettings } from '../config/backend-configuration.js';
import { ContractError } from '../errors/contract-error.js';
import { inContractTerms } from '../errors/convert.js';

/** How long one address may take to answer, milliseconds. */
const CONNECT_TIME = 10_000;

/** A listening or plain TCP socket at a numeric address; the descriptor is the caller's. */
export function openTcp(settings: BackendSettings, address: string, port: number, backlog: number): number {
  const { reuseAddr: reuseAddress, dscp, priority, interfaceName, transparent } = settings;
  const bind = backlog > 0;
  return inContractTerms(`open a TCP socket at ${address} port ${port}`, () =>
    native.openTcp({ address, port, bind, backlog, reuseAddress, dscp, priority, interfaceName, transparent }),
  );
}

export interface TcpAttempt {
  readonly socket: Promise<Socket>;
  /** `socket` rejects with `error`. */
  cancel(error: ContractError): void;
}

/** Connects to one numeric address. */
export function connectTcp(settings: BackendSettings, address: string, port: number): TcpAttempt {
  const what = `connect to ${address} port ${port}`;
  const fd = openTcp(settings, address.includes(':') ? '::' : '0.0.0.0', 0, 0);
  let fail!: (error: ContractError) => void;
  const socket = new Promise<Socket>((resolve, reject) => {
    const giveUp = native.connectTcp(fd, address, port, (error) => {
      clearTimeout(timer);
      if (error === 0) resolve(new Socket({ fd, readable: true, writable: true, allowHalfOpen: true }).setNoDelay());
      else fail(systemFailure(what, -error));
    });
    const timer = setTimeout(() => {
      fail(new ContractError('ETIMEDOUT', `${what}: no answer within ${CONNECT_TIME} ms`));
    }, CONNECT_TIME);
    fail = (error) => {
      clearTimeout(timer);
      giveUp();
      native.closeTcp(fd);
      fail = () => {};
      reject(error);
    };
  });
  return { socket, cancel: (error) => fail(error) };
}

function systemFailure(what: string, errno: number): ContractError {
  const { code, text } = describeErrno(errno);
  return new ContractError(code, `${what}: ${text}`, { errno, syscall: 'connect' });
}
