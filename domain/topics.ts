import { isId, type GatewayId } from './ids.ts'

/** The MQTT topics of Hearthline, all in this file. */
const ROOT = 'hearthline/v1'

/** Words that stand where a gateway's id stands: a gateway of that name would publish into Hearthline's own topics. */
export const RESERVED_GATEWAYS: ReadonlySet<string> = new Set(['alerts'])

export function readingsTopic(gateway: string): string {
  return `${ROOT}/${gateway}/readings`
}

export function statusTopic(gateway: string): string {
  return `${ROOT}/${gateway}/status`
}

/**
 * Where apps hear of alert changes. A home without a region speaks on the root itself, which `hearthline/v1/alerts/#`
 * includes [MQTT-4.7.1-2].
 */
export function alertTopic(region: string | null): string {
  return region === null ? ALERTS : `${ALERTS}/${region}`
}

const ALERTS = `${ROOT}/alerts`

/** A topic that a gateway owns, taken apart; null for every other topic. */
export interface GatewayTopic {
  readonly gateway: GatewayId
  /** What follows the gateway: `readings`, `status`, or a path of another format. */
  readonly rest: string
}

export function parseGatewayTopic(topic: string): GatewayTopic | null {
  if (!topic.startsWith(`${ROOT}/`)) return null
  const start = ROOT.length + 1
  const end = topic.indexOf('/', start)
  if (end === -1) return null
  const gateway = topic.slice(start, end)
  if (!isId(gateway) || RESERVED_GATEWAYS.has(gateway)) return null
  return { gateway: gateway as GatewayId, rest: topic.slice(end + 1) }
}

/** The region that an alert topic speaks of: null for a home without one, undefined where it is no alert topic. */
export function regionOfAlertTopic(topic: string): string | null | undefined {
  if (topic === ALERTS) return null
  return topic.startsWith(`${ALERTS}/`) ? topic.slice(ALERTS.length + 1) : undefined
}

/** True for filters that can match alert topics only. */
export function isAlertFilter(filter: string): boolean {
  return filter === ALERTS || filter.startsWith(`${ALERTS}/`)
}

/** True for filters that can match one gateway's own topics only. */
export function isOwnFilter(filter: string, gateway: string): boolean {
  return filter.startsWith(`${ROOT}/${gateway}/`)
}
