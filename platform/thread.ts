import os from 'node:os'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { messageOf, OperationalError } from '../domain/operational-error.ts'

/**
 * A stage on a thread of its own: started with plain options, asked by name, telling its owner what happens through
 * events. The thread ends the process if it meets an error that nobody caught: a stage that stands still in silence
 * would be worse.
 */
export interface StageThread<Calls extends CallMap, StageEvent> {
  call<Name extends keyof Calls & string>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<Awaited<ReturnType<Calls[Name]>>>
  /** `call`, handing over the memory of `transfer` instead of copying it; it is gone here afterwards. */
  callTransferring<Name extends keyof Calls & string>(
    transfer: readonly ArrayBuffer[],
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<Awaited<ReturnType<Calls[Name]>>>
  /** Fire and forget: for nudges that poll would replace anyway. */
  tell(name: keyof Calls & string): void
  onEvent(listener: (event: StageEvent) => void): void
  /** Resolves when the stage has finished what it was doing and its thread has ended. */
  stop(): Promise<void>
}

export type CallMap = Record<string, (...args: never[]) => unknown>

type Request = { id: number; name: string; args: unknown[] }
type Reply =
  | { type: 'started' }
  | { type: 'failed'; error: WireError }
  | { type: 'reply'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError }
  | { type: 'event'; event: unknown }
type WireError = { message: string; code: string | null; retry: boolean }

export async function startStageThread<Calls extends CallMap, StageEvent>(
  script: URL,
  options: unknown,
  onCrash: (error: Error) => void,
): Promise<StageThread<Calls, StageEvent>> {
  const worker = new Worker(script, { workerData: options })
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const listeners: ((event: StageEvent) => void)[] = []
  let nextId = 1
  let stopping = false

  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const started = new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: Reply) => {
      switch (reply.type) {
        case 'started':
          return resolve()
        case 'failed':
          return reject(fromWire(reply.error))
        case 'reply':
          pending.get(reply.id)?.resolve(reply.value)
          pending.delete(reply.id)
          return
        case 'error':
          pending.get(reply.id)?.reject(fromWire(reply.error))
          pending.delete(reply.id)
          return
        case 'event':
          for (const listener of listeners) listener(reply.event as StageEvent)
      }
    })
    worker.on('error', (error) => {
      reject(error)
      failAll(error)
      if (!stopping) onCrash(error)
    })
    worker.on('exit', () => failAll(new Error('the stage has ended')))
  })

  function failAll(error: Error): void {
    for (const waiting of pending.values()) waiting.reject(error)
    pending.clear()
  }

  function request<T>(name: string, args: unknown[], transfer: readonly ArrayBuffer[]): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = nextId++
      pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      worker.postMessage({ id, name, args } satisfies Request, transfer)
    })
  }

  await started
  return {
    call(name, ...args) {
      return request(name, args, [])
    },
    callTransferring(transfer, name, ...args) {
      return request(name, args, transfer)
    },
    tell(name) {
      worker.postMessage({ id: 0, name, args: [] } satisfies Request)
    },
    onEvent(listener) {
      listeners.push(listener)
    },
    async stop() {
      if (stopping) return
      stopping = true
      worker.postMessage({ id: 0, name: STOP, args: [] } satisfies Request)
      await exited
    },
  }
}

const STOP = '#stop'

/**
 * `prompt`: somebody waits for its answer to acknowledge a reading. `patient`: it works a log, and may be behind; where
 * there is less processor than work, it is the log that grows and not the time until an acknowledgement.
 */
export type Pace = 'prompt' | 'patient'
/** By Linux's measure a thread at 0 gets ten times as much as one at 10 while both want to run. */
const NICENESS: Record<Pace, number> = { prompt: 0, patient: 10 }

const MOST_NICE = 19

function takePace(pace: Pace): void {
  // Elsewhere the priority is the whole process's.
  if (process.platform !== 'linux' || NICENESS[pace] === 0) return
  try {
    os.setPriority(Math.min(MOST_NICE, os.getPriority() + NICENESS[pace]))
  } catch {
    // A sandbox may forbid it: then all threads run alike, as elsewhere.
  }
}

export interface RunningStage<Calls extends CallMap> {
  readonly calls: Calls
  stop(): Promise<void>
}

/** Called by a stage's thread file, once: starts the stage with the owner's options and answers its calls. */
export async function runStageThread<Options, Calls extends CallMap, StageEvent>(
  start: (options: Options, emit: (event: StageEvent) => void) => Promise<RunningStage<Calls>>,
  pace: Pace = 'patient',
): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('a stage thread file is started by its owner, not by hand')
  takePace(pace)
  const send = (reply: Reply): void => port.postMessage(reply)
  let stage: RunningStage<Calls>
  try {
    stage = await start(workerData as Options, (event) => send({ type: 'event', event }))
  } catch (error) {
    send({ type: 'failed', error: toWire(error) })
    port.close()
    return
  }
  send({ type: 'started' })
  port.on('message', ({ id, name, args }: Request) => {
    void answer(id, name, args)
  })

  async function answer(id: number, name: string, args: unknown[]): Promise<void> {
    if (name === STOP) {
      await stage.stop()
      port?.close()
      return
    }
    try {
      const call = stage.calls[name]
      if (call === undefined) throw new Error(`the stage has no call ${name}`)
      const value = await call(...(args as never[]))
      if (id !== 0) send({ type: 'reply', id, value })
    } catch (error) {
      if (id === 0) throw error
      send({ type: 'error', id, error: toWire(error) })
    }
  }
}

function toWire(error: unknown): WireError {
  if (error instanceof OperationalError)
    return { message: error.message, code: error.code, retry: error.retry }
  return {
    message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
    code: null,
    retry: false,
  }
}

function fromWire(error: WireError): Error {
  return error.code === null
    ? new Error(error.message)
    : new OperationalError(error.code, error.message, { retry: error.retry })
}
