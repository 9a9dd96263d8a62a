import { encodeGroup } from '../../detector/core/area/encode-areas.ts'
import type { Detector } from '../../detector/core/detector.ts'
import { decodeDetector, encodeCommon, encodeHomeWithMeters } from '../../detector/core/encode-detector.ts'

/** The detector as it is after it was saved and loaded, as a restart does it. */
export function saveAndLoad(detector: Detector): Detector {
  return decodeDetector(
    encodeCommon(detector),
    [...detector.homes.values()].map((home) => ({
      number: home.number,
      state: encodeHomeWithMeters(detector, home),
    })),
    [...detector.areas.groups.values()].map(encodeGroup),
  )
}

/** Every home's bytes by key, in the order of the keys. */
export function homeBytes(detector: Detector): Map<string, Uint8Array> {
  return new Map(
    [...detector.homes.values()]
      .sort((one, other) => (one.key < other.key ? -1 : 1))
      .map((home) => [home.key, encodeHomeWithMeters(detector, home)]),
  )
}
