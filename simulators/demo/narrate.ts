import { styleText } from 'node:util'
import type { EpochMs } from '../../domain/time.ts'
import type { Home } from '../village/home.ts'
import type { Incident } from '../village/incident.ts'
import { placeOf, type StreamedAlert } from './follow-alerts.ts'

/** Turns what happens into lines for whoever watches the terminal; plain text where nobody does. What lies before the play has a date. */
export interface Narrator {
  heading(text: string): void
  fact(text: string): void
  incident(incident: Incident, home: Home): void
  ends(incident: Incident, home: Home): void
  alert(alert: StreamedAlert): void
  /** Its evidence has grown. */
  grows(alert: StreamedAlert): void
}

export function createNarrator(
  timezone: string,
  playFromMs: EpochMs,
  write: (line: string) => void,
  colours: boolean,
): Narrator {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const date = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, day: 'numeric', month: 'short' })
  const at = (timeMs: EpochMs): string =>
    timeMs < playFromMs ? date.format(timeMs).padEnd(9) : clock.format(timeMs).replace(',', '')
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text
  const line = (timeMs: EpochMs, mark: string, text: string): void =>
    write(`  ${at(timeMs)}  ${mark}  ${text}`)

  return {
    heading: (text) => write(`\n${paint('bold', text)}`),
    fact: (text) => write(`  ${text}`),
    incident: (incident, home) =>
      line(incident.fromMs, paint('magenta', 'happens'), tellIncident(incident, home)),
    ends: (incident, home) => line(incident.toMs, paint('magenta', 'happens'), tellEnd(incident, home)),
    grows: (alert) =>
      write(
        `             ${paint('red', 'grows  ')}  ${alert.kind} at ${placeOf(alert)} is ${alert.severity} now`,
      ),
    alert(alert) {
      if (alert.condition === 'active') {
        const mark = paint(
          alert.severity === 'red' ? 'red' : 'yellow',
          alert.state === 'held' ? 'held   ' : 'ALERT  ',
        )
        const words = alert.hold?.explanation.en ?? alert.explanation.en
        const what = `${alert.kind} at ${placeOf(alert)} (${alert.severity}): ${words}`
        line(Date.parse(alert.raisedAt), mark, what)
      } else {
        const when = Date.parse(alert.clearedAt ?? alert.raisedAt)
        line(when, paint('green', 'cleared'), `${alert.kind} at ${placeOf(alert)} is ${alert.condition}`)
      }
    },
  }
}

const WHO: Record<Home['persona'], string> = {
  'elder-alone': 'Elder living alone',
  'elder-couple': 'Elder couple',
  worker: 'Worker',
  family: 'Family',
  'part-time': 'Part-time dwelling',
}

export function tellIncident(incident: Incident, home: Home): string {
  const where = `${WHO[home.persona]} at ${home.household}`
  switch (incident.kind) {
    case 'fall':
      return `${where}: falls and cannot get up${incident.leftOnW > 0 ? '; the television stays on' : ''}`
    case 'slow-decline':
      return `${where}: does a little less each week`
    case 'holiday':
      return `${where}: leaves on a holiday that was announced (no alert expected)`
    case 'hospital':
      return `${where}: is taken to hospital, and nobody was told`
    case 'leak':
      return `${where}: a pipe leaks ${Math.round(incident.litresPerHour)} L an hour`
    case 'area-outage':
      return `Power cut in ${incident.area}: ${incident.households.length} homes are dark`
    case 'meter-swap':
      return `${where}: meter ${incident.meter} is replaced, its register begins at 0 (no alert expected)`
    case 'rollover':
      return `${where}: the dial of ${incident.meter} rolls over (no alert expected)`
    case 'frozen-meter':
      return `${where}: the dial of ${incident.meter} freezes while life goes on`
    case 'dead-gateway':
      return `Gateway ${incident.gateway} dies: ${incident.households.length} homes fall silent`
    case 'clock-skew':
      return `${where}: the clock of ${incident.meter} jumps a year ahead`
    case 'illness':
      return `${where}: falls ill and is hardly up any more`
    case 'rationing':
      return `${where}: begins to save on water, warmth and light`
    case 'unannounced-holiday':
      return `${where}: leaves on a holiday, and nobody was told`
    case 'moved-out':
      return `${where}: moves out, and nobody was told`
    case 'new-tenant':
      return `${where}: others move in (no alert expected)`
    case 'small-leak':
    case 'burst':
      return `${where}: ${Math.round(incident.litresPerHour)} L an hour run from a pipe`
    case 'water-cut':
      return `Water is cut in ${incident.area}: ${incident.households.length} homes are dry`
    case 'battery-dying':
      return `${where}: the battery of ${incident.meter} begins to fail`
    case 'heatwave':
    case 'cold-spell':
      return `A ${incident.kind} begins: ${Math.round(incident.warmerC)} °C off the season (no alert expected)`
  }
}

export function tellEnd(incident: Incident, home: Home): string {
  const where = `${WHO[home.persona]} at ${home.household}`
  switch (incident.kind) {
    case 'fall':
      return `${where}: has been found; there is life in the home again`
    case 'area-outage':
      return `Power is back in ${incident.area}`
    case 'clock-skew':
      return `${where}: the clock of ${incident.meter} is right again`
    case 'slow-decline':
    case 'holiday':
    case 'hospital':
    case 'leak':
    case 'meter-swap':
    case 'rollover':
    case 'frozen-meter':
    case 'dead-gateway':
    case 'illness':
    case 'rationing':
    case 'unannounced-holiday':
    case 'moved-out':
    case 'new-tenant':
    case 'small-leak':
    case 'burst':
    case 'water-cut':
    case 'battery-dying':
    case 'heatwave':
    case 'cold-spell':
      return `${where}: the ${incident.kind} is over`
  }
}
