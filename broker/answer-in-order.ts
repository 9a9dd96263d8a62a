type Answer = (error?: Error | null) => void

interface Slot {
  readonly answer: Answer
  settled: boolean
  error: Error | null
}

/**
 * Answers of one connection leave in the order in which its publishes came [MQTT-4.6.0-2] [MQTT-4.6.0-3], whatever
 * becomes ready first. As long as aedes has unanswered publishes of a chunk it reads no further, which bounds the queue.
 */
export class AnswerQueue {
  readonly #slots: Slot[] = []

  /** Takes a place in line; the returned function settles it, and lets go whoever is first in line and settled. */
  take(answer: Answer): (error: Error | null) => void {
    const slot: Slot = { answer, settled: false, error: null }
    this.#slots.push(slot)
    return (error) => {
      slot.settled = true
      slot.error = error
      while (this.#slots[0]?.settled === true) {
        const first = this.#slots.shift()
        first?.answer(first.error)
      }
    }
  }

  get length(): number {
    return this.#slots.length
  }
}
