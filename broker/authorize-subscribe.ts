import type { AedesOptions } from 'aedes'
import type { Logger } from 'pino'
import { isInRegion } from '../domain/household.ts'
import { isAlertFilter, isOwnFilter, parseGatewayTopic, regionOfAlertTopic } from '../domain/topics.ts'
import type { BrokerLimits } from './limits.ts'
import { nameOf, type Session, type Sessions, type Speaker } from './session.ts'

/** Whether a speaker may hold this subscription: callers to alerts, gateways to what is their own, `$SYS` nobody. */
export function maySubscribe(speaker: Speaker | null, filter: string): boolean {
  if (filter.startsWith('$')) return false
  switch (speaker?.type) {
    case undefined:
      return false
    case 'caller':
      return isAlertFilter(filter)
    case 'gateway':
      return isOwnFilter(filter, speaker.gateway)
    case 'anonymous':
      return true
  }
}

/** Whether a message may reach a speaker. A filter of a caller may span regions that are not theirs: these are held back here. */
export function mayReceive(speaker: Speaker | null, topic: string): boolean {
  if (topic.startsWith('$')) return false
  switch (speaker?.type) {
    case undefined:
      return false
    case 'gateway':
      return parseGatewayTopic(topic)?.gateway === speaker.gateway
    case 'caller': {
      const region = regionOfAlertTopic(topic)
      if (region === undefined) return false
      return speaker.regions === null || speaker.regions.some((area) => isInRegion(region, area))
    }
    case 'anonymous':
      return true
  }
}

export interface SubscribeDeps {
  readonly sessions: Sessions
  readonly limits: Pick<BrokerLimits, 'subscriptions'>
  readonly log: Logger
  readonly countRefused: () => void
}

/** Answers a SUBSCRIBE topic by topic; a refused one gets 0x80 in the SUBACK [MQTT-3.9.3-2]. */
export function authorizeSubscribe(deps: SubscribeDeps): NonNullable<AedesOptions['authorizeSubscribe']> {
  return (client, subscription, callback) => {
    const session = deps.sessions.of(client)
    if (session !== null && isGranted(session, subscription.topic, deps.limits.subscriptions)) {
      session.filters.add(subscription.topic)
      return callback(null, subscription)
    }
    deps.countRefused()
    if (session !== null) {
      deps.log.warn({ from: nameOf(session), filter: subscription.topic }, 'refused a subscription')
    }
    callback(null, null)
  }
}

function isGranted(session: Session, filter: string, limit: number): boolean {
  if (!maySubscribe(session.speaker, filter)) return false
  return session.filters.has(filter) || session.filters.size < limit
}

/** A granted filter may match more than its subscriber may see: that is held back message by message. */
export function authorizeForward(sessions: Sessions): NonNullable<AedesOptions['authorizeForward']> {
  return (client, packet) => {
    const session = sessions.of(client)
    return session !== null && mayReceive(session.speaker, packet.topic) ? packet : null
  }
}
