import type { HistoryEntry } from './desk.ts'

/**
 * What the machine says of one alert is kept up to this many entries, the first and the newest of them: a faulty meter can
 * raise a matter and take it back without end. What people did stays whole (MAX_HISTORY).
 */
export const MAX_MACHINE_ENTRIES = 200

const MACHINES: readonly string[] = ['detector', 'desk']

export function shortenHistory(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  let excess = history.filter(({ by }) => MACHINES.includes(by)).length - MAX_MACHINE_ENTRIES
  if (excess <= 0) return history
  return history.filter(({ by }, index) => index === 0 || !MACHINES.includes(by) || excess-- <= 0)
}
