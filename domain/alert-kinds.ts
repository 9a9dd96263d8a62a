export const ALERT_CATEGORIES = ['life', 'trend', 'supply', 'device'] as const
export type AlertCategory = (typeof ALERT_CATEGORIES)[number]

/** What an alert can be about, and whose desk it belongs to: life and trend may lead to a door, the others never do. */
export const ALERT_KINDS = {
  inactivity: 'life',
  drop: 'trend',
  decline: 'trend',
  'continuous-flow': 'supply',
  surge: 'trend',
  'area-outage': 'supply',
  'meter-offline': 'device',
  'meter-frozen': 'device',
  'register-fault': 'device',
  'clock-skew': 'device',
} as const satisfies Record<string, AlertCategory>
export type AlertKind = keyof typeof ALERT_KINDS
export const ALERT_KIND_NAMES = Object.keys(ALERT_KINDS) as [AlertKind, ...AlertKind[]]

export const SEVERITIES = ['yellow', 'orange', 'red'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What is true of the home: it goes on; life returned; late data showed that it was not so. */
export const CONDITIONS = ['active', 'cleared', 'retracted'] as const
export type Condition = (typeof CONDITIONS)[number]
