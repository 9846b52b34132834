import type { NativeContext } from '../binding.js';
import { serverNameContext, type TransportSettings } from '../context.js';
import { wipeSecrets } from '../options/certificates.js';
import { invalidOption } from '../options/check.js';
import { parseServerIdentity, type ServerIdentityOptions, type ServerSecurity } from '../options/server-security.js';

/** The names of a server that have certificates of their own (SNI). */
export class ServerNames {
  readonly #default: NativeContext;
  readonly #security: ServerSecurity;
  readonly #transport: TransportSettings;
  readonly #contexts = new Map<string, NativeContext>();
  /** By the options that `selectContext` has answered. */
  #selected = new WeakMap<ServerIdentityOptions, NativeContext>();
  #keylog = false;

  /** `context` is for everybody who asks for none of the names. */
  constructor(context: NativeContext, security: ServerSecurity, transport: TransportSettings) {
    this.#default = context;
    this.#security = security;
    this.#transport = transport;
  }

  /** Adds a name or replaces what it has. Throws what `DtlsServer.addContext()` does. */
  add(pattern: unknown, options: unknown): void {
    const name = parsePattern(pattern);
    if (this.#security.certificates.length === 0) {
      throw invalidOption('cert', undefined, 'that of clients without a server name, before certificates of names');
    }
    const context = this.#build(options, 'addContext');
    this.#default.addServerName(name, context);
    this.#contexts.set(name, context);
  }

  /** What `selectContext` has answered; the same object costs nothing again. Throws what `DtlsServer.addContext()` does. */
  select(options: ServerIdentityOptions): NativeContext {
    const known = this.#selected.get(options);
    if (known !== undefined) return known;
    const context = this.#build(options, 'selectContext');
    this.#selected.set(options, context);
    return context;
  }

  /** Secrets are logged from the next handshake on, whatever name it is for. */
  enableKeylog(): void {
    this.#keylog = true;
    this.#default.enableKeylog();
    for (const context of this.#contexts.values()) context.enableKeylog();
    this.#selected = new WeakMap(); // made again, with it
  }

  #build(options: unknown, where: string): NativeContext {
    const identity = parseServerIdentity(options, this.#security, where);
    try {
      const context = serverNameContext(identity, this.#security, this.#transport);
      if (this.#keylog) context.enableKeylog();
      return context;
    } finally {
      wipeSecrets(identity);
    }
  }
}

/** `a.example`, or `*.example` for all names with one more label. Case does not count. */
function parsePattern(value: unknown): string {
  if (typeof value === 'string' && value.length <= 255) {
    const pattern = value.toLowerCase();
    if (/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(pattern)) return pattern;
  }
  throw invalidOption('serverName', value, "a DNS name such as 'a.example' or '*.example'");
}
