import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import { wake, type Home } from '../household.ts'
import { describeSkew, describeSkewOver } from './explain.ts'

/**
 * `clock-skew`: a reading was refused because it lies ahead of its receipt. The meter's own time is what is wrong, so this
 * matter alone lives on the time of receipt, outside whatever is rewound. One that comes now and then is one matter.
 */
export const SKEW_QUIET_MS = HOUR_MS

export function raiseSkew(home: Home, meter: number, receivedAtMs: EpochMs, claimedMs: EpochMs): void {
  const open = home.skews.find((skew) => skew.meter === meter)
  const device = home.profile.meters[meter]
  if (open !== undefined) {
    open.lastMs = Math.max(open.lastMs, receivedAtMs)
    return
  }
  if (device === undefined) return
  home.skews = [...home.skews, { meter, onsetMs: receivedAtMs, lastMs: receivedAtMs }]
  say(home, {
    meter,
    finding: {
      type: 'raise',
      household: home.profile.household,
      kind: 'clock-skew',
      onsetMs: receivedAtMs,
      atMs: receivedAtMs,
      severity: 'yellow',
      meters: [device.id],
      explanation: describeSkew(home.profile, device, receivedAtMs, claimedMs),
      evidence: { claimedMs, receivedAtMs },
    },
  })
  wake(home)
}

/** The meter has sent a reading with a time that can be. */
export function clearSkew(home: Home, meter: number, receivedAtMs: EpochMs): void {
  const at = home.skews.findIndex(
    (skew) => skew.meter === meter && receivedAtMs >= skew.lastMs + SKEW_QUIET_MS,
  )
  const skew = home.skews[at]
  const device = home.profile.meters[meter]
  if (skew === undefined || device === undefined) return
  home.skews = home.skews.filter((each) => each !== skew)
  say(home, {
    meter,
    finding: {
      type: 'clear',
      household: home.profile.household,
      kind: 'clock-skew',
      onsetMs: skew.onsetMs,
      atMs: receivedAtMs,
      reason: describeSkewOver(home.profile, device, receivedAtMs),
    },
  })
  wake(home)
}

function say(home: Home, event: HomeEvent): void {
  home.loose = [...home.loose, event]
}
