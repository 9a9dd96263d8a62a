import net from 'node:net'
import type { Duplex } from 'node:stream'
import { addressOf, type Admission } from './admit-connection.ts'
import { listen, type Listener } from './listen.ts'

export function listenTcp(
  host: string,
  port: number,
  admission: Admission,
  onConnection: (conn: Duplex, address: string) => void,
): Promise<Listener> {
  const server = net.createServer({ noDelay: true }, (socket) => {
    if (admission.admit(socket)) onConnection(socket, addressOf(socket))
  })
  return listen(server, host, port, 'MQTT', '--mqtt-port or HEARTHLINE_MQTT_PORT')
}
