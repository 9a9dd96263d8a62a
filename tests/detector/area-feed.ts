import type { Household } from '../../domain/household.ts'
import type { GatewayId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import type { Finding } from '../../domain/finding.ts'
import { household, reading, readings, START_MS, tick } from './feed.ts'

export const day = (n: number, hour = 0): number => START_MS + n * DAY_MS + hour * HOUR_MS

/** A village of homes with a water and an electricity meter each, in grids of ten, behind gateways. */
export interface VillagePlan {
  readonly homes: number
  readonly days: number
  readonly homesPerGrid?: number
  readonly homesPerGateway?: number
  /** Nobody is home, by home: hours of [from, to). */
  readonly empty?: Readonly<Record<number, readonly (readonly [number, number])[]>>
  /** No power, or no water, for homes. */
  readonly cuts?: readonly Cut[]
  /** Readings that never come, by what is dead. */
  readonly mute?: readonly Cut[]
  /** Homes without an electricity meter. */
  readonly waterOnly?: boolean
}

export interface Cut {
  readonly kind: 'power' | 'water' | 'both'
  readonly fromMs: number
  readonly toMs: number
  readonly homes: (home: number) => boolean
}

const id = (home: number): string => String(home).padStart(2, '0')

export function registered(plan: VillagePlan): ReadingsLogEntry {
  const households = Array.from({ length: plan.homes }, (_, home): Household => {
    const meters: [string, 'water' | 'electricity'][] = [[`W${id(home)}`, 'water']]
    if (plan.waterOnly !== true) meters.push([`E${id(home)}`, 'electricity'])
    return household(`H${id(home)}`, meters, { region: regionOf(plan, home) })
  })
  return { type: 'households', receivedAtMs: START_MS, households }
}

export function regionOf({ homesPerGrid = 10 }: VillagePlan, home: number): string {
  return `county/village/grid-${Math.floor(home / homesPerGrid)}`
}

export function gatewayOf({ homesPerGateway = 10 }: VillagePlan, home: number): string {
  return `gw-${Math.floor(home / homesPerGateway)}`
}

/** Every hourly reading of the village, in order of time. `receivedAtMs` is a minute after its time. */
export function villageReadings(plan: VillagePlan): Reading[] {
  const all: Reading[] = []
  for (let timeMs = START_MS + HOUR_MS; timeMs <= day(plan.days); timeMs += HOUR_MS) {
    for (let home = 0; home < plan.homes; home++) {
      const gateway = gatewayOf(plan, home) as GatewayId
      for (const kind of plan.waterOnly === true
        ? (['water'] as const)
        : (['water', 'electricity'] as const)) {
        const isOut = (cut: Cut): boolean =>
          cut.homes(home) &&
          timeMs > cut.fromMs &&
          timeMs <= cut.toMs &&
          (cut.kind === 'both' || cut.kind === (kind === 'water' ? 'water' : 'power'))
        if (plan.mute?.some(isOut) === true) continue
        const amount = plan.cuts?.some(isOut) === true ? 0 : amountOf(plan, kind, home, timeMs)
        const meter = `${kind === 'water' ? 'W' : 'E'}${id(home)}`
        all.push(reading(meter, timeMs, amount, { kind, gateway }))
      }
    }
  }
  return all
}

/** Some of the hours of the day, another few of them in each home and day; a fridge that runs always. */
function amountOf(plan: VillagePlan, kind: string, home: number, timeMs: number): number {
  const startMs = timeMs - HOUR_MS
  const hour = new Date(startMs).getUTCHours()
  const chance = (home * 31 + Math.floor(startMs / HOUR_MS) * 17 + hour * 7) % 10
  const empty = plan.empty?.[home]?.some(([from, to]) => startMs >= from && startMs < to) ?? false
  const acts = !empty && hour >= 6 && hour < 22 && chance < 7
  if (kind === 'water') return acts ? 5 + chance : 0
  return 0.04 + (chance % 3) * 0.01 + (acts ? 0.4 : 0)
}

/** As a live system logs it: each reading when it was received, and a tick every five minutes. */
export function asLived(list: readonly Reading[], toMs: number): ReadingsLogEntry[] {
  const queue = list.toSorted((one, other) => one.receivedAtMs - other.receivedAtMs)
  const entries: ReadingsLogEntry[] = []
  let at = 0
  for (let tickMs = START_MS; tickMs <= toMs; tickMs += 5 * MINUTE_MS) {
    const batch: Reading[] = []
    for (; (queue[at]?.receivedAtMs ?? Infinity) <= tickMs; at++) batch.push(queue[at]!)
    if (batch.length > 0) entries.push(readings(...batch))
    entries.push(tick(tickMs))
  }
  return entries
}

/** `20d8h raise area-outage gateway/gw-0`, of what was said after `fromMs`; growing evidence left out. */
export function lines(findings: readonly Finding[], fromMs = day(12)): string[] {
  return findings
    .filter(({ type, atMs }) => type !== 'escalate' && atMs >= fromMs)
    .map((finding) => {
      const hours = Math.floor((finding.atMs - START_MS) / HOUR_MS)
      const hold =
        finding.type === 'raise' && finding.hold !== undefined ? ` held:${finding.hold.reason}` : ''
      const { type, kind, household } = finding
      return `${Math.floor(hours / 24)}d${hours % 24}h ${type} ${kind} ${household}${hold}`
    })
}
