import { type ClientParameters, type NativeContext, native } from '../../binding.js';
import type { Configuration } from '../config/configuration.js';
import { createClientContext, createServerContext } from '../config/library-context.js';
import { wipeSecurity } from '../config/security.js';
import { ContractError } from '../errors/contract-error.js';
import { inContractTerms } from '../errors/convert.js';

/** The native contexts of one socket, and the end of its secrets. */
export class Contexts {
  readonly #configuration: Configuration;
  #client: NativeContext | undefined;
  #server: NativeContext | undefined;

  /** Throws for credentials that libssl does not take, and wipes them then: nobody is left who could. */
  constructor(configuration: Configuration) {
    this.#configuration = configuration;
    try {
      this.#client = createClientContext(configuration);
    } catch (error) {
      this.wipe();
      throw error;
    }
  }

  get client(): NativeContext {
    if (this.#client !== undefined) return this.#client;
    throw new ContractError('EBADF', 'the socket was cleaned up');
  }

  /** Made when the first client is to be accepted: most sockets never do. */
  get server(): NativeContext {
    this.#server ??= createServerContext(this.#configuration);
    return this.#server;
  }

  /** Throws when a TLS handshake with these parameters would end before its first byte. */
  tryStream(what: string, parameters: ClientParameters): void {
    inContractTerms(what, () => new native.Stream(this.client, parameters).destroy());
  }

  /** Wipes our copies of keys. */
  wipe(): void {
    wipeSecurity(this.#configuration.security);
    this.#client = undefined;
    this.#server = undefined;
  }
}
