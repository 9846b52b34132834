import { type CipherSuite, cipherSuites, ProtocolVersion } from '../../binding.js';
import { invalidOption } from '../../options/check.js';

/** What a handshake may offer. */
export interface SuiteSelection {
  /** IANA numbers in order of preference. Empty: `connect` fails with `EPROTO`. */
  readonly ids: Uint16Array;
  /** Bounds that follow from the suites: those of TLS 1.3 and the others exclude each other's versions. 0: none. */
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Without encryption, without authentication, or with credentials that the contract has no place for. */
const unusable = /_WITH_NULL_|_anon_|_SRP_/;

/**
 * The suites of a list of IANA numbers that fit the mode, in the order of the list; what is unknown or does not fit is
 * left out. Without a list, or with an empty one, all that fit, in libssl's own order.
 */
export function selectSuites(
  value: unknown,
  mode: 'psk' | 'certificate',
  transport: 'datagram' | 'stream',
  minVersion = 0,
): SuiteSelection {
  const wanted = parseIds(value);
  const fitting = new Map(
    cipherSuites.filter((suite) => fits(suite, mode, transport)).map((suite) => [suite.id, suite]),
  );
  const chosen =
    wanted.length === 0
      ? [...fitting.values()]
      : [...new Set(wanted)].map((id) => fitting.get(id)).filter((suite) => suite !== undefined);
  const versions = versionsOf(chosen, transport);
  const contradiction = versions.maxVersion !== 0 && minVersion > versions.maxVersion;
  if (contradiction) return { ids: new Uint16Array(), minVersion: 0, maxVersion: 0 };
  return { ids: Uint16Array.from(chosen, ({ id }) => id), ...versions };
}

function fits({ kind, name }: CipherSuite, mode: 'psk' | 'certificate', transport: 'datagram' | 'stream'): boolean {
  if (kind === 'tls13') return transport === 'stream';
  return kind === mode && !unusable.test(name);
}

function versionsOf(
  suites: readonly CipherSuite[],
  transport: 'datagram' | 'stream',
): Pick<SuiteSelection, 'minVersion' | 'maxVersion'> {
  const some13 = suites.some(({ kind }) => kind === 'tls13');
  const all13 = suites.every(({ kind }) => kind === 'tls13');
  if (transport === 'datagram' || suites.length === 0) return { minVersion: 0, maxVersion: 0 };
  return { minVersion: all13 ? ProtocolVersion.tls13 : 0, maxVersion: some13 ? 0 : ProtocolVersion.tls12 };
}

function parseIds(value: unknown): readonly number[] {
  if (value === undefined) return [];
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const ids = isList ? Array.from(value as ArrayLike<unknown>) : undefined;
  const allNumbers = ids?.every((id) => Number.isInteger(id) && (id as number) >= 0 && (id as number) <= 0xffff_ffff);
  if (allNumbers) return ids as number[];
  throw invalidOption('ciphersuites', value, 'an array of IANA numbers, such as [0xc0a8, 0x00ae]');
}
