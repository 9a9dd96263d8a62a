import type { JournalEntry } from '../domain/log-entry.ts'
import { REJECT_CODES } from '../domain/reject-codes.ts'
import { admitStranger, MOST_UNCLAIMED } from './admit-stranger.ts'
import { isRefusal, type Candidate, type Refusal } from './candidate.ts'
import { checkClock } from './check-clock.ts'
import { createDecoderTable, DECODERS } from './decoders.ts'
import { dedupe } from './dedupe.ts'
import { difference } from './difference.ts'
import { resolve } from './resolve.ts'
import type { Books, Fate, Origin, Step } from './work.ts'

/**
 * The way of an element: decode and validate (the decoder of its topic), then these in their order. The first step that
 * knows its fate ends it: kept, corrected, a duplicate, or refused with a reason. Refused elements go to the rejects.
 */
const stepsOf = (mostUnclaimed: number): readonly Step[] => [
  resolve,
  admitStranger(mostUnclaimed),
  checkClock,
  dedupe,
  difference,
]

const COUNTER = { kept: 'kept', corrected: 'corrected', duplicate: 'duplicates' } as const

type Publish = JournalEntry & { type: 'publish' }
type Source = JournalEntry & { type: 'publish' | 'refusal' }

export interface Pipeline {
  /** Works one journal entry into the books; says how many elements it had. */
  work(entry: JournalEntry): number
}

export function createPipeline(books: Books, mostUnclaimed: number = MOST_UNCLAIMED): Pipeline {
  const steps = stepsOf(mostUnclaimed)
  const decoderOf = createDecoderTable(DECODERS)

  function workPublish(publish: Publish): number {
    const decoder = decoderOf(publish.topic)
    if (decoder === null) {
      const message = `topic ${publish.topic}: ${REJECT_CODES['unknown-topic']}`
      refuse(publish, { code: 'unknown-topic', message }, 1, Buffer.from(publish.payload).toString())
      books.counters.add('received', 1)
      return 1
    }
    const decoded = decoder.decode(publish.payload)
    const { outcomes, refusedWhole } = decoded
    const { gateway, receivedAtMs } = publish
    const origin: Origin = { gateway, receivedAtMs, aheadMeters: new Set() }
    for (const i of inOrderOfTime(outcomes)) {
      const outcome = outcomes[i]
      if (outcome === undefined) continue
      const fate = isRefusal(outcome) ? outcome : decide(outcome, origin)
      if (typeof fate === 'string') books.counters.add(COUNTER[fate], 1)
      else refuse(publish, located(fate, i, outcomes.length), refusedWhole ?? 1, decoded.textOf(i))
    }
    const elements = refusedWhole ?? outcomes.length
    books.counters.add('received', elements)
    return elements
  }

  function decide(candidate: Candidate, origin: Origin): Fate | Refusal {
    const work = { candidate, origin, meter: null, corrects: null }
    for (const step of steps) {
      const fate = step(work, books)
      if (fate !== null) return fate
    }
    throw new Error('the last step knows the fate of every reading')
  }

  function refuse(from: Source, refusal: Refusal, elements: number, payload: string): void {
    const { receivedAtMs, gateway, topic } = from
    books.rejects.add({ receivedAtMs, gateway, topic, code: refusal.code, message: refusal.message, payload })
    books.counters.add('rejected', elements)
    books.counters.add(`rejected:${refusal.code}`, elements)
  }

  return {
    work(entry) {
      switch (entry.type) {
        case 'publish':
          return workPublish(entry)
        case 'refusal':
          refuse(entry, entry, 1, '')
          books.counters.add('received', 1)
          return 1
        case 'households':
          books.households.replace(entry.households)
          books.log.entry(entry)
          return 0
        case 'absence':
        case 'absence-end':
          books.absences.apply(entry)
          books.log.entry(entry)
          return 0
        case 'settings':
        case 'tick':
          books.log.entry(entry)
          return 0
      }
    },
  }
}

/**
 * A batch that begins with its newest reading (devices send a backlog so) would fold its meter again for each of them; in
 * the order of time each is folded once. Equal times stay as they came: the first stands, a correction comes after it.
 */
function inOrderOfTime(outcomes: readonly (Candidate | Refusal)[]): number[] {
  const indexes = Array.from(outcomes.keys())
  let newestMs = -Infinity
  const timeMs = outcomes.map((outcome) => (newestMs = isRefusal(outcome) ? newestMs : outcome.timeMs))
  const isOrdered = timeMs.every((ms, i) => i === 0 || ms >= (timeMs[i - 1] ?? ms))
  return isOrdered ? indexes : indexes.sort((a, b) => (timeMs[a] ?? 0) - (timeMs[b] ?? 0))
}

function located(refusal: Refusal, index: number, count: number): Refusal {
  if (count === 1) return refusal
  return { code: refusal.code, message: `element ${index + 1} of ${count}: ${refusal.message}` }
}
