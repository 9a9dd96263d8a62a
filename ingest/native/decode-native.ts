import { REJECT_CODES, type RejectCode } from '../../domain/reject-codes.ts'
import type { Decoded } from '../candidate.ts'
import { MOST_ELEMENTS } from './native-schema.ts'
import { PlainReader } from './read-plain.ts'
import { validateElement } from './validate-element.ts'

// `fatal`: bytes that are no UTF-8 are refused, never mended in silence into another id.
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The native format (DESIGN 5): one reading object, or an array of 1 to 1,000. What is no array counts as one element;
 * an empty array, or what is no JSON, is one reject. An array of more is refused whole and each of its elements counts
 * as rejected, with one line in the rejects: the sum of received = kept + duplicates + rejected holds in readings.
 */
export function decodeNative(payload: Uint8Array): Decoded {
  const candidates = plain.read(payload)
  if (candidates === null) return decodeAny(payload)
  // The text is asked for where a later step refuses the reading.
  let whole: Decoded | null = null
  const textOf = (index: number): string => (whole ??= decodeAny(payload)).textOf(index)
  return { outcomes: candidates, refusedWhole: null, textOf }
}

const plain = new PlainReader()

/** `decodeNative` without its short way: whatever a payload may be, and the words for what is wrong with it. */
export function decodeAny(payload: Uint8Array): Decoded {
  let json: unknown
  try {
    json = JSON.parse(utf8.decode(payload))
  } catch (error) {
    const words = error instanceof SyntaxError ? error.message : 'it is not UTF-8'
    return whole('invalid-json', words, 1, payload)
  }
  if (!Array.isArray(json))
    return { outcomes: [validateElement(json)], refusedWhole: null, textOf: () => textOf(json) }
  const elements: readonly unknown[] = json
  const count = elements.length
  if (count === 0) return whole('empty-batch', 'the array is empty', 1, payload)
  if (count > MOST_ELEMENTS) {
    return whole('batch-too-large', `the array has ${count} elements, all of them refused`, count, payload)
  }
  return {
    outcomes: elements.map(validateElement),
    refusedWhole: null,
    textOf: (index) => textOf(elements[index]),
  }
}

function whole(code: RejectCode, found: string, elements: number, payload: Uint8Array): Decoded {
  const message = `${found.toWellFormed()}. ${REJECT_CODES[code]}`
  return {
    outcomes: [{ code, message }],
    refusedWhole: elements,
    textOf: () => new TextDecoder().decode(payload.subarray(0, 8 * 1024)),
  }
}

function textOf(element: unknown): string {
  try {
    return JSON.stringify(element)
  } catch {
    // JSON.parse takes any depth, JSON.stringify recurses.
    return '(an element nested too deeply to be shown)'
  }
}
