import type { Home } from './household.ts'
import type { HomeState } from './state/home-state.ts'
import { stateIn } from './state/records.ts'

/** The home's newest state, until another home of the same shelf is asked for its own. */
export function headOf(home: Home): HomeState {
  return stateIn(home.shelf, home.rewind.head, home.profile)
}
