/** Why an element was refused, and how its sender can mend it. Codes are a contract: add, never rename. */
export const REJECT_CODES = {
  'invalid-json': 'The payload is not JSON in UTF-8. Send one reading object or an array of them.',
  'empty-batch': 'The payload is an empty array. Send at least one reading, or nothing.',
  'batch-too-large': 'The array has more than 1,000 elements. Split it.',
  'invalid-element':
    'The element is not an object with the fields of a reading. See the README, "Connect a gateway".',
  'invalid-meter':
    'The meter id is missing or is not 1 to 128 printable characters without "/", "+" and "#".',
  'invalid-time':
    'The time is missing or is neither ISO 8601 with a zone ("2026-11-20T08:00:00Z") nor epoch milliseconds.',
  'time-in-future':
    'The time lies more than 1 h ahead of its receipt. Set the clock of the meter or gateway.',
  'invalid-unit': 'The unit is not one of kWh, Wh, m3, L.',
  'kind-mismatch':
    'The kind does not fit the unit, or the meter has another kind. A meter keeps its kind for life.',
  'invalid-value':
    'The register or consumption is missing, doubled, not a finite number, negative, or beyond what a home can use.',
  'invalid-interval': 'A consumption needs intervalSeconds: a whole number from 1 to 31 days.',
  'invalid-status': 'The status is not among battery-low, tamper, valve-closed, power-down, reverse-flow.',
  'invalid-quality': 'The quality is not one that a gateway may state.',
  conflict: 'Another value is kept for this meter and time. Mark the element as a correction to replace it.',
  'too-many-unclaimed':
    'The meter is new, and as many meters as can be watched have no household already. Register its household ("hearthline households import").',
  'unknown-topic': 'No decoder is configured for this topic.',
  'packet-too-large': 'The MQTT packet exceeds the broker’s limit. Send smaller batches.',
  'journal-damaged':
    'It was set aside by "hearthline journal mend": have the gateways of that time send their backlog again.',
  'store-refused': 'The database refused this line; its own words are in the message.',
} as const
export type RejectCode = keyof typeof REJECT_CODES

/** What was refused, as operators see it. */
export interface Reject {
  readonly receivedAtMs: number
  readonly gateway: string
  readonly topic: string
  readonly code: RejectCode
  /** What, where (element i of n) and how to mend it. */
  readonly message: string
  /** The element as it came, cut to 4 KiB. */
  readonly payload: string
}
