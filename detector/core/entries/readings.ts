import type { Finding } from '../../../domain/finding.ts'
import type { GatewayId, HouseholdId, MeterId } from '../../../domain/ids.ts'
import type { Reading } from '../../../domain/reading.ts'
import { DAY_MS } from '../../../domain/time.ts'
import type { MeterKind } from '../../../domain/units.ts'
import { dismiss, moveToGateway, tellHours } from '../area/areas.ts'
import { judgeAreas } from '../area/judge-areas.ts'
import { keepHome, type Detector } from '../detector.ts'
import { clearSkew } from '../devices/clock-skew.ts'
import { endHome, isEnded, newHome, refoldFrom, settle, takeItem, type Home } from '../household.ts'
import { listen } from '../listening.ts'
import { addMeter, gatewayNumber, noteDelivery } from '../meter-table.ts'
import type { Profile } from '../observation.ts'
import { holdsNothing } from '../rewind.ts'
import { FLAG } from '../window.ts'

/**
 * No home is folded further ahead of the others than this within one entry: what homes have in common (the budget) must
 * not depend on how readings were cut into entries. A live entry spans minutes; only history is sliced.
 */
export const SLICE_MS = DAY_MS

/** Takes readings to their homes, then folds each home once: readings that come together cost one rewind. */
export function foldReadings(detector: Detector, readings: readonly Reading[]): Finding[] {
  const findings: Finding[] = []
  const touched: Home[] = []
  let sliceMs = Infinity
  let gatewayId: GatewayId | null = null
  let gateway = -1
  for (const reading of readings) {
    if (reading.timeMs > sliceMs + SLICE_MS) {
      for (const finding of settleAll(detector, touched)) findings.push(finding)
      touched.length = 0
      sliceMs = Infinity
    }
    if (sliceMs === Infinity) sliceMs = reading.timeMs
    listen(detector.listening, reading.receivedAtMs)
    if (reading.gateway !== gatewayId) {
      gatewayId = reading.gateway
      gateway = gatewayNumber(detector.gateways, gatewayId)
    }
    takeReading(detector, reading, gateway, touched)
  }
  for (const finding of settleAll(detector, touched)) findings.push(finding)
  return findings
}

/** A home that has been given something is settled once, in the order in which homes were first given anything. */
export function touch(home: Home, touched: Home[]): void {
  if (home.isTouched) return
  home.isTouched = true
  touched.push(home)
}

export function settleAll(detector: Detector, touched: readonly Home[]): Finding[] {
  const findings: Finding[] = []
  for (const home of touched) {
    // It was of a kind that nobody knew, and another has taken its place since.
    if (isEnded(home)) continue
    home.isTouched = false
    home.isDirty = true
    tellHours(detector.areas, home)
    for (const finding of settle(home, detector.context)) findings.push(finding)
  }
  if (detector.areas.dirty.size > 0) settleAreas(detector, findings)
  return findings
}

/** What the areas say, and what their homes say after they have heard of it. */
function settleAreas(detector: Detector, findings: Finding[]): void {
  const verdict = judgeAreas(detector)
  for (const finding of verdict.findings) findings.push(finding)
  for (const { home, fromMs } of verdict.homes) {
    home.isDirty = true
    refoldFrom(home, fromMs)
    for (const finding of settle(home, detector.context)) findings.push(finding)
  }
}

function takeReading(detector: Detector, reading: Reading, gateway: number, touched: Home[]): void {
  const { meters, gateways } = detector
  const slot = slotOf(detector, reading.meter, reading.kind)
  const home = meters.homes[slot]
  if (home === undefined) throw new Error(`meter ${reading.meter} has no home`)
  const { receivedAtMs, timeMs } = reading
  if (receivedAtMs > (gateways.lastReceiptMs[gateway] ?? Infinity))
    gateways.lastReceiptMs[gateway] = receivedAtMs
  const meter = meters.index[slot] ?? 0
  touch(home, touched)
  if (home.skews.length > 0) clearSkew(home, meter, receivedAtMs)
  if (reading.quality === 'late') {
    detector.unjudged++
    return
  }
  // `numbers` and `ids` of gateways agree; a meter nobody has delivered yet has none.
  if (meters.gateway[slot] !== gateway) moveToGateway(detector.areas, home, meter, reading.gateway)
  noteDelivery(meters, slot, gateway, timeMs, receivedAtMs, detector.ticks, detector.listening.holes)
  if (timeMs > detector.lastEventMs) detector.lastEventMs = timeMs
  const fate = takeItem(home, {
    endMs: timeMs,
    meter,
    intervalMs: reading.intervalMs ?? 0,
    amount: reading.consumption ?? NaN,
    flags: flagsOf(reading),
  })
  if (fate === 'behind') detector.unjudged++
}

/** Only a measured consumption is evidence; a reading that others filled in does not show that the meter is alive. */
function flagsOf(reading: Reading): number {
  const { quality, consumption, register } = reading
  let flags = 0
  if (quality === 'measured' && consumption !== null) flags |= FLAG.measured
  if (quality === 'frozen') flags |= FLAG.frozen
  if (register !== null || (quality !== 'estimated' && quality !== 'missing' && quality !== 'outage')) {
    flags |= FLAG.heard
  }
  return flags
}

/** A meter nobody has claimed is judged as a home of its own, which bears the meter's id. */
export function slotOf(detector: Detector, meter: MeterId, kind: MeterKind | null): number {
  const { meters } = detector
  const known = meters.slots.get(meter)
  if (known !== undefined) {
    const home = meters.homes[known]
    if (kind !== null && home !== undefined && isGuess(home, kind)) replaceGuess(detector, known, home, kind)
    return known
  }
  const home = provisionalHome(detector, meter, kind ?? 'water')
  keepHome(detector, home)
  return addMeter(meters, meter, home, 0)
}

function provisionalHome(detector: Detector, meter: MeterId, kind: MeterKind): Home {
  return newHome(keyOfOwnHome(meter), ownProfile(detector, meter, kind), true, detector.records)
}

export function keyOfOwnHome(meter: MeterId): string {
  return `m:${meter}`
}

/** The home that a meter is while no household claims it. */
export function ownProfile(detector: Detector, meter: MeterId, kind: MeterKind): Profile {
  return {
    household: meter as string as HouseholdId,
    tier: 'medium',
    timezone: detector.settings.timezone,
    rule: 'evidence',
    meters: [{ id: meter, kind }],
  }
}

/** A meter first heard of by a refused reading was given a kind by guess; its first reading tells. */
function isGuess(home: Home, kind: MeterKind): boolean {
  return home.profile.meters[0]?.kind !== kind && home.key.startsWith('m:') && holdsNothing(home.rewind)
}

function replaceGuess(detector: Detector, slot: number, guess: Home, kind: MeterKind): void {
  const meter = detector.meters.ids[slot]
  if (meter === undefined) return
  const home = provisionalHome(detector, meter, kind)
  home.skews = guess.skews
  home.loose = guess.loose
  home.said = guess.said
  endHome(guess)
  keepHome(detector, home)
  dismiss(detector.areas, guess)
  detector.meters.homes[slot] = home
}
