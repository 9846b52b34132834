/** The parameters of a Register or Update request as they stood in the Uri-Query options, checked. */
export interface RegistrationQuery {
  readonly endpoint: string | undefined;
  readonly lifetime: number | undefined;
  readonly version: string | undefined;
  readonly binding: string | undefined;
  readonly smsNumber: string | undefined;
  readonly queueMode: boolean;
}

const NAMES = new Set(['ep', 'lt', 'lwm2m', 'b', 'sms', 'Q']);
export const LONGEST_LIFETIME_SECONDS = 4_294_967_295;
/** LwM2M enabler version. */
export const VERSION = /^\d+\.\d+$/;
/** Binding modes. */
export const BINDING = /^[UMHTSNQ]{1,7}$/;

/** Reads the query; a text result says in one sentence what is wrong with it. Parameters we do not know are ignored. */
export function parseRegistrationQuery(segments: readonly string[]): RegistrationQuery | string {
  const values = new Map<string, string>();
  for (const segment of segments) {
    const equals = segment.indexOf('=');
    const name = equals < 0 ? segment : segment.slice(0, equals);
    if (!NAMES.has(name)) continue;
    if (values.has(name)) return `${name} is given twice`;
    values.set(name, equals < 0 ? '' : segment.slice(equals + 1));
  }
  const lifetime = values.get('lt');
  const version = values.get('lwm2m');
  const binding = values.get('b');
  if (values.get('ep') === '') return 'ep is empty';
  if (lifetime !== undefined && !isLifetime(lifetime)) return 'lt is not a number of seconds';
  if (version !== undefined && !VERSION.test(version)) return 'lwm2m is not a version like 1.1';
  if (binding !== undefined && !BINDING.test(binding)) return 'b is not a binding mode like U';
  return {
    endpoint: values.get('ep'),
    lifetime: lifetime === undefined ? undefined : Number(lifetime),
    version,
    binding,
    smsNumber: values.get('sms'),
    queueMode: values.has('Q') || (binding?.includes('Q') ?? false),
  };
}

function isLifetime(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= LONGEST_LIFETIME_SECONDS;
}
