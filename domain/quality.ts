/**
 * What a consumption rests on. Only `measured` raises or clears a welfare alert (promise 4). The order is the code in
 * files and logs: append, never reorder.
 */
export const QUALITIES = [
  'measured',
  'estimated',
  'missing',
  'outage',
  'frozen',
  'rollover',
  'exchange',
  'late',
] as const
export type Quality = (typeof QUALITIES)[number]

/** What a meter says of itself beside its value; a bit set in files and logs, in this order. */
export const METER_STATUSES = ['battery-low', 'tamper', 'valve-closed', 'power-down', 'reverse-flow'] as const
export type MeterStatus = (typeof METER_STATUSES)[number]
