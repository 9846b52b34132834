import { visible } from './visible-text.js';

/** Markup that is safe to put into a page. */
export class Html {
  constructor(readonly markup: string) {}
}

export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

/**
 * Markup with values in it: text is escaped, so that it is text in elements and in quoted attributes; markup of `html`
 * itself, or lists of it, go in as they are; undefined and false leave nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => (index === 0 ? part : markupOf(values[index - 1]) + part)).join(''));
}

/**
 * JSON for a `<script>` that is data. With every `<` written as `\u003c` nothing inside can end the element or begin a
 * comment.
 */
export function embeddedJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return escaped(visible(String(value)));
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
