import type { AedesOptions } from 'aedes'
import type { Logger } from 'pino'
import { isInRegion } from '../domain/household.ts'
import { isAlertFilter, isOwnFilter, parseGatewayTopic, regionOfAlertTopic } from '../domain/topics.ts'
import { nameOf, type Sessions, type Speaker } from './session.ts'

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

/** Answers a SUBSCRIBE topic by topic; a refused one gets 0x80 in the SUBACK [MQTT-3.9.3-2]. */
export function authorizeSubscribe(
  sessions: Sessions,
  log: Logger,
  countRefused: () => void,
): NonNullable<AedesOptions['authorizeSubscribe']> {
  return (client, subscription, callback) => {
    const session = sessions.of(client)
    if (session !== null && maySubscribe(session.speaker, subscription.topic)) {
      return callback(null, subscription)
    }
    countRefused()
    if (session !== null) {
      log.warn({ from: nameOf(session), filter: subscription.topic }, 'refused a subscription')
    }
    callback(null, null)
  }
}

/** aedes keeps all filters of a SUBSCRIBE for a lasting session, also refused ones: what they match stops here. */
export function authorizeForward(sessions: Sessions): NonNullable<AedesOptions['authorizeForward']> {
  return (client, packet) => {
    const session = sessions.of(client)
    return session !== null && mayReceive(session.speaker, packet.topic) ? packet : null
  }
}
