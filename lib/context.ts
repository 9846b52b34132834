import { CLIENT_ROLE, type NativeContext, native, SERVER_ROLE } from './binding.js';
import { TlsError } from './errors/tls-error.js';
import type { DtlsSettings } from './options/dtls-options.js';
import type { ServerSettings } from './options/server-options.js';
import { pskTableOf } from './psk-store.js';

export function createServerContext(settings: ServerSettings): NativeContext {
  return create(() => {
    const { min, max } = settings.handshakeTimeouts;
    return new native.Context(
      SERVER_ROLE,
      suiteIds(settings),
      settings.preferServerOrder,
      settings.mtu,
      min * 1_000,
      max * 1_000,
      pskTableOf(settings.psk),
    );
  });
}

/**
 * The context of a client. Clients with equal options share one, so that thousands of them cost one `SSL_CTX`; it goes
 * with the last of them.
 */
export function clientContext(settings: DtlsSettings, keylog: boolean): NativeContext {
  const { mtu, handshakeTimeouts } = settings;
  const ids = suiteIds(settings);
  const key = [mtu, handshakeTimeouts.min, handshakeTimeouts.max, keylog, ...ids].join();
  const cached = clientContexts.get(key)?.deref();
  if (cached !== undefined) return cached;
  const context = create(
    () =>
      new native.Context(
        CLIENT_ROLE,
        ids,
        false,
        mtu,
        handshakeTimeouts.min * 1_000,
        handshakeTimeouts.max * 1_000,
        null,
      ),
  );
  if (keylog) context.enableKeylog();
  clientContexts.set(key, new WeakRef(context));
  collected.register(context, key);
  return context;
}

const clientContexts = new Map<string, WeakRef<NativeContext>>();

const collected = new FinalizationRegistry<string>((key) => {
  if (clientContexts.get(key)?.deref() === undefined) clientContexts.delete(key);
});

function suiteIds({ cipherSuites }: DtlsSettings): Uint16Array {
  return Uint16Array.from(cipherSuites, ({ id }) => id);
}

function create(construct: () => NativeContext): NativeContext {
  try {
    return construct();
  } catch (error) {
    const { code, reason } = error as NodeJS.ErrnoException & { reason?: string };
    if (code !== 'ERR_CONTEXT') throw error;
    throw new TlsError('ERR_TLS_LIBRARY', `OpenSSL refused the options: ${reason}`, {
      reason,
      library: 'OpenSSL',
      cause: error,
    });
  }
}
