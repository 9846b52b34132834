const RECORD_HEADER = 13;
const HANDSHAKE_HEADER = 12;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RANDOM_AT = RECORD_HEADER + HANDSHAKE_HEADER + 2;
const RANDOM_SIZE = 32;

const LABEL = 'CLIENT_RANDOM ';

/** The random of a datagram that begins with a plain ClientHello, or the first fragment of one, in hexadecimal. */
export function clientRandomOfHello(datagram: Buffer): string | undefined {
  if (datagram.length < RANDOM_AT + RANDOM_SIZE || datagram[0] !== HANDSHAKE_RECORD) return undefined;
  const plain = datagram.readUInt16BE(3) === 0;
  const first = datagram.readUIntBE(RECORD_HEADER + 6, 3) === 0;
  if (!plain || !first || datagram[RECORD_HEADER] !== CLIENT_HELLO) return undefined;
  return datagram.toString('hex', RANDOM_AT, RANDOM_AT + RANDOM_SIZE);
}

/** The random that a line of a key log is about. */
export function clientRandomOfLine(line: Buffer): string | undefined {
  if (!line.subarray(0, LABEL.length).equals(Buffer.from(LABEL))) return undefined;
  return line.toString('latin1', LABEL.length, LABEL.length + 2 * RANDOM_SIZE).toLowerCase();
}
