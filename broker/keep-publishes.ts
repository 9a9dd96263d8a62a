import type { Logger } from 'pino'
import type { JournalEntry } from '../domain/log-entry.ts'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import type { JournalWriter } from '../logs/journal/journal.ts'
import type { BrokerLimits } from './limits.ts'

type PublishEntry = JournalEntry & { type: 'publish' }

interface Kept {
  readonly entry: PublishEntry
  /** In the order of arrival over all connections. */
  readonly sequence: number
  readonly deadlineMs: number
  readonly settle: (error: Error | null) => void
}

const RETRY_EVERY_MS = 100

/**
 * Puts publishes into the journal and settles each only when it is there. While the journal cannot write (full disk) or
 * is full (slow disk), publishes are held in their order and tried again: acknowledgements stop, aedes reads no further
 * from those connections, and TCP pushes back. What has been held for `holdMs`, or does not fit `heldBytes`, is given
 * up: its connection is closed without an acknowledgement, and the client delivers again.
 */
export class PublishKeeper {
  readonly #journal: JournalWriter
  readonly #limits: Pick<BrokerLimits, 'holdMs' | 'heldBytes'>
  readonly #log: Logger
  readonly #now: () => number
  #held: Kept[] = []
  #heldBytes = 0
  #sequence = 0
  #timer: NodeJS.Timeout | null = null
  #onIdle: (() => void)[] = []
  waiting = 0
  publishes = 0
  bytes = 0
  givenUp = 0

  constructor(
    journal: JournalWriter,
    limits: Pick<BrokerLimits, 'holdMs' | 'heldBytes'>,
    log: Logger,
    now: () => number,
  ) {
    this.#journal = journal
    this.#limits = limits
    this.#log = log
    this.#now = now
  }

  get held(): number {
    return this.#held.length
  }

  keep(entry: PublishEntry, settle: (error: Error | null) => void): void {
    this.waiting++
    const kept = {
      entry,
      sequence: this.#sequence++,
      deadlineMs: entry.receivedAtMs + this.#limits.holdMs,
      settle,
    }
    if (this.#held.length > 0) this.#hold(kept)
    else void this.#append(kept)
  }

  /** Resolves when every publish has been settled. */
  idle(): Promise<void> {
    if (this.waiting === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onIdle.push(resolve))
  }

  async #append(kept: Kept): Promise<void> {
    try {
      await this.#journal.append(kept.entry)
    } catch (error) {
      if (error instanceof OperationalError && error.retry) this.#hold(kept)
      else this.#giveUp(kept, messageOf(error))
      return
    }
    this.publishes++
    this.bytes += kept.entry.payload.length
    this.#settle(kept, null)
  }

  #hold(kept: Kept): void {
    const bytes = kept.entry.payload.length
    if (this.#heldBytes + bytes > this.#limits.heldBytes) {
      return this.#giveUp(kept, `more than ${this.#limits.heldBytes} bytes wait for it`)
    }
    this.#held.push(kept)
    this.#heldBytes += bytes
    if (this.#timer === null) this.#timer = setTimeout(() => this.#retry(), RETRY_EVERY_MS)
  }

  #retry(): void {
    this.#timer = null
    const held = this.#held.sort((a, b) => a.sequence - b.sequence)
    this.#held = []
    this.#heldBytes = 0
    const failure = this.#journal.failure()
    for (const kept of held) {
      if (failure === null) void this.#append(kept)
      else if (this.#now() >= kept.deadlineMs) this.#giveUp(kept, failure)
      else this.#hold(kept)
    }
  }

  #giveUp(kept: Kept, why: string): void {
    this.givenUp++
    this.#log.error(
      { topic: kept.entry.topic, why },
      'a publish is not acknowledged: the journal did not take it; the client must deliver it again',
    )
    this.#settle(kept, new Error('the journal did not take the publish'))
  }

  #settle(kept: Kept, error: Error | null): void {
    this.waiting--
    kept.settle(error)
    if (this.waiting > 0) return
    for (const resolve of this.#onIdle) resolve()
    this.#onIdle = []
  }
}
