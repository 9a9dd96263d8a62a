import type { AlertKind } from '../../../domain/alert-kinds.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { calledOffline } from '../called-offline.ts'
import { headOf } from '../head.ts'
import type { Home } from '../household.ts'
import { wallMs } from '../local-time.ts'
import type { Matters, Outcome } from '../matters.ts'
import { COLUMN, get } from './state.ts'

/**
 * Since when nobody could have seen anything in a home: all of its meters are silent for too long, behind a dead gateway,
 * frozen or at fault. null: one of them sees, or none has ever reported.
 */
export function blindSinceMs(home: Home): EpochMs | null {
  let blindMs = -Infinity
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    const sinceMs = meterBlindSince(home, meter)
    if (sinceMs === null) return null
    blindMs = Math.max(blindMs, sinceMs)
  }
  return Number.isFinite(blindMs) ? blindMs : null
}

/** null: it sees; -Infinity: it has never reported. */
function meterBlindSince(home: Home, meter: number): EpochMs | null {
  const head = headOf(home)
  const lastMs = get(head, meter, COLUMN.lastMs)
  if (Number.isNaN(lastMs)) return -Infinity
  const since = [
    calledOffline(home, meter),
    get(head, meter, COLUMN.frozenMs),
    get(head, meter, COLUMN.faultMs),
    isBehindOutage(home, lastMs) ? lastMs : NaN,
  ].filter((sinceMs) => !Number.isNaN(sinceMs))
  return since.length === 0 ? null : Math.min(...since)
}

function isBehindOutage(home: Home, lastMs: EpochMs): boolean {
  return home.member.outages.some(
    ({ kinds, fromMs, toMs }) => toMs === null && kinds.includes('reporting') && lastMs <= fromMs + HOUR_MS,
  )
}

const TELLING: ReadonlySet<AlertKind> = new Set(['meter-offline', 'meter-frozen', 'register-fault'])

/** Device alerts that are open say, where it is so, that the home cannot be seen at all. */
export function tellBlindness(home: Home, matters: Matters): void {
  let sinceMs: EpochMs | null | undefined
  for (const [key, outcome] of matters) {
    if (outcome.clear !== null || !TELLING.has(outcome.raise.kind)) continue
    sinceMs ??= blindSinceMs(home)
    if (sinceMs === null) return
    matters.set(key, blindOutcome(outcome, home.profile.timezone, sinceMs))
  }
}

function blindOutcome(outcome: Outcome, timezone: string, sinceMs: EpochMs): Outcome {
  const { raise } = outcome
  const since = toIso(wallMs(timezone, sinceMs)).slice(0, 16).replace('T', ' ')
  return {
    ...outcome,
    raise: {
      ...raise,
      explanation: {
        en: `${raise.explanation.en} No meter of this home has been able to show life since ${since}.`,
        zh: `${raise.explanation.zh}自 ${since} 起该户没有任何表计能反映生活迹象。`,
      },
      evidence: { ...raise.evidence, blindSince: toIso(sinceMs) },
    },
  }
}
