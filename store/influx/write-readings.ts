import type { Reading } from '../../domain/reading.ts'
import type { RefusedReading } from '../reading-store.ts'
import type { InfluxConfig } from './config.ts'
import type { InfluxConnection } from './connection.ts'
import { explainFailure } from './explain-failure.ts'
import { toLine } from './schema.ts'

/**
 * Writes readings once. Where the server complains of lines, the batch is halved until each bad line is alone with the
 * server's words: n bad lines among m cost about n log2(m) further requests. What was good in a refused half may be
 * written again, which changes nothing.
 * @throws InfluxUnavailable where nothing is known of a part of them.
 */
export async function writeReadings(
  connection: InfluxConnection,
  config: InfluxConfig,
  readings: readonly Reading[],
  signal?: AbortSignal,
): Promise<RefusedReading[]> {
  const latest = lastOfEach(readings)
  const refused: RefusedReading[] = []
  await writePart(latest, latest.map(toLine))
  return refused

  async function writePart(part: readonly Reading[], lines: readonly string[]): Promise<void> {
    if (part.length === 0) return
    try {
      await connection.writeLines(lines, signal)
    } catch (error) {
      const failure = explainFailure(error, config, Date.now())
      if (failure.fate === 'again') throw failure.error
      const [only] = part
      if (part.length === 1 && only !== undefined) {
        refused.push({ reading: only, message: failure.message })
        return
      }
      const middle = part.length >> 1
      await writePart(part.slice(0, middle), lines.slice(0, middle))
      await writePart(part.slice(middle), lines.slice(middle))
    }
  }
}

/** Of several readings with one meter and time the last counts; the order inside one request is no server's promise. */
function lastOfEach(readings: readonly Reading[]): readonly Reading[] {
  if (!readings.some(({ revision }) => revision)) return readings
  const latest = new Map<string, Reading>()
  for (const reading of readings) latest.set(`${reading.timeMs} ${reading.meter}`, reading)
  return [...latest.values()]
}
