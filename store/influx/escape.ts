/*
 * Ids come from outside; these two functions are all that stands between them and the database's languages.
 *
 * Line protocol escapes comma, space and equals sign in a tag with a backslash, but has no escape for the backslash
 * itself: `a\` at the end of a tag would swallow the comma behind it. So a backslash is percent-encoded, the percent sign
 * as well (to be able to go back), and control characters, which no id may have, too.
 */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const AMBIGUOUS = /[\\%\u0000-\u001f\u007f]/g

/** A meter id as the value of the tag `meter`, before any language's escaping. */
export function toTagValue(id: string): string {
  return id.replace(AMBIGUOUS, (character) => encodeURIComponent(character))
}

/** The way back from the tag's value to the id. */
export function fromTagValue(value: string): string {
  return value.replace(/%[0-9A-F]{2}/g, (code) => decodeURIComponent(code))
}

/** A meter id as line protocol writes it in a tag. */
export function escapeTag(id: string): string {
  return toTagValue(id).replace(/[,= ]/g, (character) => `\\${character}`)
}

/** A text as an InfluxQL string, with its quotes. */
export function quoteText(text: string): string {
  return `'${text.replace(/[\\']/g, (character) => `\\${character}`).replaceAll('\n', '\\n')}'`
}

/** A name (database, measurement, field) as InfluxQL writes it, with its quotes. */
export function quoteName(name: string): string {
  return `"${name.replace(/[\\"]/g, (character) => `\\${character}`).replaceAll('\n', '\\n')}"`
}
