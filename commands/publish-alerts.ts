import { toWireEvent } from '../api/schemas/alert-schema.ts'
import type { DeskEvent } from '../api/desk/desk.ts'
import type { Broker } from '../broker/broker.ts'
import { messageOf } from '../domain/operational-error.ts'
import { alertTopic } from '../domain/topics.ts'
import type { Logger } from '../platform/log.ts'

/**
 * Sends each change of an alert to `hearthline/v1/alerts/{region path}` for apps that listen. Best effort: the alert is
 * on the desk and in the live stream, which resumes without a gap; a subscriber that was away asks there.
 */
export function publishAlerts(broker: Broker | null, log: Logger): (event: DeskEvent) => void {
  return (event) => {
    broker
      ?.publish(alertTopic(event.alert.region), JSON.stringify(toWireEvent(event)))
      .catch((error: unknown) => {
        log.warn({ alert: event.alert.id, why: messageOf(error) }, 'an alert change was not sent over MQTT')
      })
  }
}
