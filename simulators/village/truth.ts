import { toIso } from '../../domain/time.ts'
import { EXPECTED_ALERTS, type Incident } from './incident.ts'

/**
 * Ground truth as NDJSON lines: `{"household","kind","from","to","expect",…}`, one line for each household concerned,
 * with what else is to be known of the incident (meter, gateway, area, amounts).
 */
export function truthLines(incidents: readonly Incident[]): string[] {
  return incidents.flatMap(({ kind, households, fromMs, toMs, ...details }) =>
    households.map((household) =>
      JSON.stringify({
        household,
        kind,
        from: toIso(fromMs),
        to: toIso(toMs),
        expect: EXPECTED_ALERTS[kind],
        ...details,
      }),
    ),
  )
}
