/**
 * Text from a result, such as a peer's words in an error: control and format characters are shown as `\u{202e}`, so that
 * they neither reach a terminal nor turn the text around.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
