/** How well a yes or no per day (or hour) meets the truth; balanced, because days with nobody in are few. */
export interface Score {
  readonly occupied: number
  readonly empty: number
  /** Share of the occupied that were called so, and of the empty. */
  readonly sensitivity: number
  readonly specificity: number
  readonly balancedAccuracy: number
}

export function scorePresence(said: readonly boolean[], truth: readonly boolean[]): Score {
  const occupied = truth.filter(Boolean).length
  const empty = truth.length - occupied
  const right = (value: boolean): number =>
    truth.filter((is, at) => is === value && said[at] === value).length
  const sensitivity = occupied === 0 ? NaN : right(true) / occupied
  const specificity = empty === 0 ? NaN : right(false) / empty
  return {
    occupied,
    empty,
    sensitivity,
    specificity,
    balancedAccuracy: (sensitivity + specificity) / 2,
  }
}
