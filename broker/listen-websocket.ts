import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws'
import { addressOf, isLoopback, type Admission } from './admit-connection.ts'
import type { BrokerOptions, TlsOptions } from './broker.ts'
import type { BrokerLimits } from './limits.ts'
import { listen, type Listener } from './listen.ts'
import { admitBeforeHandshake, secureOptions } from './listen-tls.ts'

export interface WebSocketDeps {
  readonly auth: BrokerOptions['auth']
  readonly admission: Admission
  readonly limits: Pick<BrokerLimits, 'packetBytesBeforeConnect' | 'packetBytes' | 'connectTimeoutMs'>
  readonly log: Logger
  /** `onOpened` is called when CONNECT has been authorised. */
  readonly onConnection: (conn: Duplex, address: string, onOpened: () => void) => void
}

/** Room for the fixed header and for small packets that a client has put into the same frame. */
const FRAME_SLACK_BYTES = 64 * 1024

/** MQTT over WebSocket on a port of its own, over TLS where `tls` is given [MQTT-6.0.0-1]. */
export async function listenWebSocket(
  host: string,
  port: number,
  tls: TlsOptions | null,
  deps: WebSocketDeps,
): Promise<Listener> {
  const server = tls === null ? plainServer(deps) : secureServer(tls, deps)
  server.headersTimeout = deps.limits.connectTimeoutMs
  server.requestTimeout = deps.limits.connectTimeoutMs
  const sockets = new WebSocketServer({
    server,
    clientTracking: false,
    perMessageDeflate: false,
    // Before CONNECT has been authorised; raised by raiseFrameLimit. A larger frame has to wait for CONNACK.
    maxPayload: deps.limits.packetBytesBeforeConnect + FRAME_SLACK_BYTES,
    // [MQTT-6.0.0-3]
    handleProtocols: (offered) => ['mqtt', 'mqttv3.1'].find((name) => offered.has(name)) ?? false,
    verifyClient: ({ req }: { req: http.IncomingMessage }) => deps.auth === 'on' || isOwnPage(req),
  })
  sockets.on('connection', (socket, request) => {
    // [MQTT-6.0.0-1]
    socket.on('message', (_, isBinary) => {
      if (!isBinary) socket.close(1003, 'MQTT needs binary frames')
    })
    deps.onConnection(createWebSocketStream(socket), addressOf(request.socket), () =>
      raiseFrameLimit(socket, deps.limits.packetBytes + FRAME_SLACK_BYTES),
    )
  })
  return listen(server, host, port, 'MQTT over WebSocket', 'HEARTHLINE_MQTT_WEBSOCKET_PORT')
}

function plainServer(deps: WebSocketDeps): http.Server {
  const server = http.createServer(answerPlainHttp)
  server.prependListener('connection', (socket) => deps.admission.admit(socket))
  return server
}

function secureServer(tls: TlsOptions, deps: WebSocketDeps): https.Server {
  const server = https.createServer(secureOptions(tls), answerPlainHttp)
  admitBeforeHandshake(server, deps.admission, deps.log)
  return server
}

function answerPlainHttp(_: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket', connection: 'close' })
  response.end('This port speaks MQTT over WebSocket (subprotocol "mqtt").\n')
}

/** Without authentication any web page could make its reader's browser publish here; only pages of this machine may. */
function isOwnPage(request: http.IncomingMessage): boolean {
  const { origin } = request.headers
  if (origin === undefined) return true
  try {
    return isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''))
  } catch {
    return false
  }
}

/**
 * ws has one frame limit per server, and buffers a frame before anybody sees it. Its receiver keeps the limit in a
 * private field; tests/broker/websocket.test.ts fails if a new version no longer does.
 */
function raiseFrameLimit(socket: WebSocket, bytes: number): void {
  const { _receiver: receiver } = socket as unknown as { _receiver: { _maxPayload: number } | null }
  if (receiver !== null) receiver._maxPayload = bytes
}
