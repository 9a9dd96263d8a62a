/** In the place of a list that is empty in nearly every home. Whoever would write to it fails: it makes a list of its own. */
export const NONE: never[] = Object.freeze<never[]>([]) as never[]
