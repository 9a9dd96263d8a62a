import { HOUR_MS } from '../../domain/time.ts'
import { calledOffline } from './called-offline.ts'
import { describeGap, describeGapHold } from './describe-holds.ts'
import { overdueMs } from './devices/offline.ts'
import type { HomeEvent } from './home-event.ts'
import { measuredMsIn, type HomeContext } from './fold-home.ts'
import { headOf } from './head.ts'
import type { Home } from './household.ts'
import { presentSilence } from './judge.ts'

/** A silence of which one in e^3 (20) goes on for so long: it was on its way to an alert when the data ended. */
export const RISING_NATS = 3
/** Nobody sees anything any more: this long after the last meter was missed somebody looks, data or not. */
export const GAP_HOLD_MS = 12 * HOUR_MS

/**
 * A home that was falling silent when its meters did: no data makes the silence neither longer nor shorter, so there is
 * no alert and no all-clear. It is held, with a deadline; the first reading that is back judges it anew. An alert that
 * was open before stays open.
 */
export function gapEvent(home: Home, context: HomeContext): HomeEvent | null {
  const head = headOf(home)
  const measuredMs = measuredMsIn(head)
  let missedMs = -Infinity
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    if (Number.isNaN(calledOffline(home, meter))) return null
    missedMs = Math.max(missedMs, overdueMs(head, meter, context.holes))
  }
  const silence = Number.isFinite(missedMs) ? presentSilence(head, measuredMs) : null
  if (silence === null || silence.isUsual || silence.isOpen || silence.logAlive > -RISING_NATS) return null
  const { household, meters } = home.profile
  const untilMs = missedMs + GAP_HOLD_MS
  return {
    meter: -1,
    finding: {
      type: 'raise',
      household,
      kind: 'inactivity',
      onsetMs: silence.sinceMs,
      atMs: missedMs,
      severity: 'yellow',
      meters: meters.map(({ id }) => id),
      ...describeGap(home.profile, silence.sinceMs, measuredMs, silence.logAlive),
      hold: {
        reason: 'data-gap',
        untilMs,
        explanation: describeGapHold(home.profile, measuredMs, untilMs),
      },
    },
  }
}
