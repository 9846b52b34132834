/** The text that Prometheus scrapes, read strictly: a line that is none of its own throws. */

export interface Family {
  help: string;
  type: string;
  /** By the labels, in order of their names: `reason="timeout",server="a"`. */
  samples: Map<string, number>;
}

const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="[^"\\\n]*",?)*)\})? (\d+)$/;

export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, keyword, described, words] = comment.exec(line) ?? [];
    if (keyword === 'HELP') families.set(described!, { help: words!, type: '', samples: new Map() });
    else if (keyword === 'TYPE') families.get(described!)!.type = words!;
    else addSample(families, line);
  }
  return families;
}

/** One sample; undefined when there is none. */
export function sampleOf(families: Map<string, Family>, name: string, labels = ''): number | undefined {
  return families.get(name)?.samples.get(labels);
}

function addSample(families: Map<string, Family>, line: string): void {
  const [, name, labels = '', value] = sample.exec(line) ?? [];
  const samples = name === undefined ? undefined : families.get(name)?.samples;
  if (samples === undefined) throw new Error(`no sample of a metric that was described: ${line}`);
  const key = labels.split(',').filter(Boolean).sort().join(',');
  if (samples.has(key)) throw new Error(`twice: ${line}`);
  samples.set(key, Number(value));
}
