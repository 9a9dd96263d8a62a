import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { startStageThread, type StageThread } from '../../platform/thread.ts'
import type { Contender } from './contender.ts'
import type { Profile } from '../core/observation.ts'
import { shareCalls, type HomeRows, type ShareCalls } from './share-calls.ts'
import type { Span } from './span.ts'
import { areasOf } from './village.ts'

type Answer<Name extends keyof ShareCalls> = Awaited<ReturnType<ShareCalls[Name]>>
type Member = Pick<StageThread<ShareCalls, never>, 'callTransferring' | 'stop'>

/** Workers that fold the homes of one file, each a share of them. */
export interface Crew {
  readonly profiles: readonly Profile[]
  readonly span: Span
  /** Asks every worker the same; their answers in the order of the workers. */
  ask<Name extends keyof ShareCalls>(
    name: Name,
    ...args: Parameters<ShareCalls[Name]>
  ): Promise<Answer<Name>[]>
  stop(): Promise<void>
}

/**
 * Starts `workers` threads and gives each some of the homes, so that each has about as many rows. One worker is no
 * thread: the same work in this one.
 * @param portrayed the contender whose view of each home is kept day by day, for a report.
 */
export async function startCrew(
  workers: number,
  contenders: readonly Contender[],
  homes: readonly HomeRows[],
  portrayed: number | null = null,
): Promise<Crew> {
  const shares = divide(homes, Math.max(1, Math.min(workers, homes.length)))
  const profiles = homes.map(({ profile }) => profile)
  const areas = areasOf(profiles)
  const members: Member[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()))
  }
  try {
    for (const _ of shares) members.push(shares.length === 1 ? localMember() : await startMember())
    const spans = await Promise.all(
      members.map((member, at) => {
        const share = shares[at] ?? []
        return member.callTransferring(buffersOf(share), 'load', contenders, share, areas, portrayed)
      }),
    )
    return {
      profiles,
      span: {
        firstDay: Math.min(Infinity, ...spans.map(({ firstDay }) => firstDay)),
        lastMs: Math.max(-Infinity, ...spans.map(({ lastMs }) => lastMs)),
      },
      ask: (name, ...args) =>
        Promise.all(members.map((member) => member.callTransferring([], name, ...args))),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The largest first, each to whoever has least: no share is much longer than another. */
function divide(homes: readonly HomeRows[], workers: number): HomeRows[][] {
  const shares = Array.from({ length: workers }, () => ({ homes: [] as HomeRows[], rows: 0 }))
  const sizeOf = ({ meters }: HomeRows): number => meters.reduce((sum, { times }) => sum + times.length, 0)
  for (const home of homes.toSorted((a, b) => sizeOf(b) - sizeOf(a))) {
    const least = shares.reduce((best, share) => (share.rows < best.rows ? share : best))
    least.homes.push(home)
    least.rows += sizeOf(home)
  }
  return shares.map((share) => share.homes)
}

function buffersOf(homes: readonly HomeRows[]): ArrayBuffer[] {
  return homes.flatMap(({ meters }) =>
    meters.flatMap(({ times, values }) => [times.buffer as ArrayBuffer, values.buffer as ArrayBuffer]),
  )
}

async function startMember(): Promise<Member> {
  let crash: Error | null = null
  const thread = await startStageThread<ShareCalls, never>(
    new URL('./crew-thread.ts', import.meta.url),
    null,
    (error) => {
      crash = error
    },
  )
  return {
    callTransferring: (transfer, name, ...args) =>
      thread.callTransferring(transfer, name, ...args).catch((error: unknown) => {
        if (crash === null) throw error
        throw new OperationalError(
          'worker-ended',
          `a worker of the backtest has ended: ${messageOf(crash)}. Nothing was written. Try again with --workers 1, or with a part of the homes.`,
          { cause: error },
        )
      }),
    stop: () => thread.stop(),
  }
}

function localMember(): Member {
  const calls = shareCalls()
  return {
    callTransferring: <Name extends keyof ShareCalls>(
      _transfer: readonly ArrayBuffer[],
      name: Name,
      ...args: Parameters<ShareCalls[Name]>
    ) =>
      // Between two blocks signals and the progress bar have their turn.
      new Promise<void>((resolve) => setImmediate(resolve)).then<Answer<Name>>(() => {
        const call = calls[name] as (...args: Parameters<ShareCalls[Name]>) => Answer<Name>
        return call(...args)
      }),
    stop: () => Promise.resolve(),
  }
}
