/**
 * A place in a durable log: everything up to and including `offset` of `partition` has been worked. Opaque to its
 * reader: compare it with `isAfter`, keep it, hand it back.
 */
export interface Place {
  readonly partition: number
  readonly offset: number
}

/** The place before the first entry of a partition. */
export function startOf(partition: number): Place {
  return { partition, offset: 0 }
}
