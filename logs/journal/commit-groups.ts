import type { JournalEntry } from '../../domain/log-entry.ts'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import type { Place } from '../../domain/place.ts'
import type { StageThread } from '../../platform/thread.ts'
import { estimateBytes, FrameWriter } from './entry-codec.ts'
import type { JournalCalls } from './journal-thread.ts'
import type { JournalWriter } from './journal.ts'
import type { JournalLimits, JournalOptions } from './start-journal.ts'

interface Group {
  readonly frames: FrameWriter
  readonly waiters: { resolve: () => void; reject: (error: Error) => void }[]
}

const FIRST_GROUP_BYTES = 64 * 1024
/** A fresh group's buffer follows the size of the last group, up to this. */
const LARGEST_FRESH_BYTES = 1024 * 1024
/** Between the starts of two group commits, at least; a lonely publish does not wait for it. */
const GATHER_MS = 2
const FIRST_PROBE_MS = 100
const SLOWEST_PROBE_MS = 5_000
/** Consumers speak after each of their transactions; the file hears of it once a second. */
const PASSED_EVERY_MS = 1_000

/**
 * Entries are encoded into the filling group; a group is handed to the thread (one message, memory transferred), and
 * while it is being synced the next one fills. When a write fails, everything that waits is rejected at once, so that
 * no later entry is ever kept and acknowledged before an earlier one. Then a probe runs, ever more slowly, until
 * writing works again; meanwhile `append` rejects without trying.
 */
export class GroupCommitter implements JournalWriter {
  readonly #thread: StageThread<JournalCalls, never>
  readonly #limits: JournalLimits
  readonly #options: JournalOptions
  #filling = newGroup(FIRST_GROUP_BYTES)
  #full: Group[] = []
  #committing: Group | null = null
  #waitingBytes = 0
  #scheduled = false
  #committedAtMs = 0
  #failure: string | null = null
  #crashed = false
  #closing = false
  #onIdle: (() => void)[] = []
  #probeDelayMs = FIRST_PROBE_MS
  #probeTimer: NodeJS.Timeout | null = null
  #passedTimer: NodeJS.Timeout | null = null
  readonly #passed = new Map<string, Place>()

  constructor(thread: StageThread<JournalCalls, never>, limits: JournalLimits, options: JournalOptions) {
    this.#thread = thread
    this.#limits = limits
    this.#options = options
  }

  append(entry: JournalEntry): Promise<void> {
    const refusal = this.#refusal(entry)
    if (refusal !== null) return Promise.reject(refusal)
    const group = this.#filling
    const before = group.frames.bytes
    group.frames.add(entry)
    this.#waitingBytes += group.frames.bytes - before
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    group.waiters.push({ resolve, reject })
    if (group.frames.bytes >= this.#limits.groupBytes) {
      this.#full.push(group)
      this.#filling = newGroup(FIRST_GROUP_BYTES)
    }
    // Not at once: everything that this turn of the event loop brings goes into the same group.
    if (!this.#scheduled && this.#committing === null) {
      this.#scheduled = true
      setImmediate(() => this.#commitNext())
    }
    return promise
  }

  failure(): string | null {
    return this.#failure
  }

  passed(consumer: string, place: Place): void {
    this.#passed.set(consumer, place)
    if (this.#passedTimer !== null || this.#closing) return
    // A failed save is repeated with the consumer's next word or the next probe: retention only waits longer.
    this.#passedTimer = setTimeout(() => void this.#savePassed().catch(() => {}), PASSED_EVERY_MS)
    this.#passedTimer.unref()
  }

  /** The thread has ended by itself: nothing that waits will be written. */
  crash(error: Error): void {
    this.#crashed = true
    this.#failAll(error, this.#committing)
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    if (this.#probeTimer !== null) clearTimeout(this.#probeTimer)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onIdle.push(resolve)
    this.#tellIdle()
    await promise
    await this.#savePassed().catch(() => {})
    await this.#thread.stop()
  }

  #refusal(entry: JournalEntry): OperationalError | null {
    if (this.#closing || this.#crashed) {
      return new OperationalError('journal-unwritable', 'the journal has been closed.')
    }
    if (this.#failure !== null) {
      return new OperationalError('journal-unwritable', this.#failure, { retry: true })
    }
    if (this.#waitingBytes + estimateBytes(entry) > this.#limits.waitingBytes) {
      return new OperationalError(
        'journal-full',
        `the journal's waiting room is full (${this.#limits.waitingBytes} bytes not yet on disk): the disk is slower than what comes in.`,
        { retry: true },
      )
    }
    return null
  }

  #commitNext(): void {
    this.#scheduled = false
    if (this.#committing !== null || this.#crashed) return
    let group = this.#full.shift()
    if (group === undefined) {
      if (this.#filling.waiters.length === 0) return this.#tellIdle()
      group = this.#filling
      this.#filling = newGroup(Math.min(group.frames.bytes * 2, LARGEST_FRESH_BYTES))
    }
    this.#committing = group
    this.#committedAtMs = performance.now()
    void this.#commit(group)
  }

  async #commit(group: Group): Promise<void> {
    const { count, bytes } = group.frames
    const buffer = group.frames.release()
    let head: Place
    try {
      head = await this.#thread.callTransferring([buffer], 'commit', count, buffer, bytes)
    } catch (error) {
      this.#committing = null
      this.#failAll(error instanceof Error ? error : new Error(messageOf(error)), group)
      if (!this.#crashed) this.#probeLater()
      return
    }
    this.#committing = null
    this.#waitingBytes -= bytes
    this.#probeDelayMs = FIRST_PROBE_MS
    for (const waiter of group.waiters) waiter.resolve()
    this.#options.onCommitted?.(head)
    this.#commitSoon()
  }

  /** What came meanwhile is committed now, but at most once in GATHER_MS: waking a thread costs more than a publish. */
  #commitSoon(): void {
    const left = this.#committedAtMs + GATHER_MS - performance.now()
    if (left <= 0 || this.#full.length > 0 || this.#closing) return this.#commitNext()
    this.#scheduled = true
    setTimeout(() => this.#commitNext(), left)
  }

  #failAll(error: Error, failed: Group | null): void {
    const groups = [...(failed === null ? [] : [failed]), ...this.#full, this.#filling]
    this.#full = []
    this.#filling = newGroup(FIRST_GROUP_BYTES)
    this.#waitingBytes = 0
    const isNew = this.#failure === null
    this.#failure = error.message
    for (const group of groups) for (const waiter of group.waiters) waiter.reject(error)
    if (isNew) this.#options.onFailure?.(this.#failure)
    this.#tellIdle()
  }

  #probeLater(): void {
    if (this.#closing) return
    this.#probeTimer = setTimeout(() => void this.#probe(), this.#probeDelayMs)
    this.#probeTimer.unref()
    this.#probeDelayMs = Math.min(this.#probeDelayMs * 2, SLOWEST_PROBE_MS)
  }

  async #probe(): Promise<void> {
    try {
      await this.#savePassed()
      await this.#thread.call('probe')
    } catch (error) {
      this.#failure = messageOf(error)
      this.#probeLater()
      return
    }
    this.#failure = null
    this.#options.onFailure?.(null)
  }

  async #savePassed(): Promise<void> {
    if (this.#passedTimer !== null) clearTimeout(this.#passedTimer)
    this.#passedTimer = null
    if (this.#passed.size === 0) return
    const places = [...this.#passed]
    await this.#thread.call('passed', places)
    for (const [name, place] of places) if (this.#passed.get(name) === place) this.#passed.delete(name)
  }

  #tellIdle(): void {
    if (this.#committing !== null || this.#full.length > 0 || this.#filling.waiters.length > 0) return
    for (const resolve of this.#onIdle) resolve()
    this.#onIdle = []
  }
}

function newGroup(bytes: number): Group {
  return { frames: new FrameWriter(Math.max(bytes, FIRST_GROUP_BYTES)), waiters: [] }
}
