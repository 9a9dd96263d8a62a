import fs from 'node:fs'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { Logger } from 'pino'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { SECOND_MS } from '../domain/time.ts'
import { addressOf, type Admission } from './admit-connection.ts'
import type { TlsOptions } from './broker.ts'
import { listen, type Listener } from './listen.ts'

const HANDSHAKE_TIMEOUT_MS = 10 * SECOND_MS

export async function listenTls(
  host: string,
  options: TlsOptions,
  admission: Admission,
  log: Logger,
  onConnection: (conn: Duplex, address: string) => void,
): Promise<Listener> {
  const server = tls.createServer(secureOptions(options), (socket) => onConnection(socket, addressOf(socket)))
  admitBeforeHandshake(server, admission, log)
  return listen(server, host, options.port, 'MQTT over TLS', 'HEARTHLINE_MQTT_TLS_PORT')
}

/** A socket is counted when it opens: a handshake that never ends takes a place too. */
export function admitBeforeHandshake(server: tls.Server, admission: Admission, log: Logger): void {
  server.prependListener('connection', (socket) => {
    if (admission.admit(socket)) socket.setNoDelay(true)
  })
  server.on('tlsClientError', (error, socket) => {
    log.debug({ err: error, address: addressOf(socket) }, 'a TLS handshake failed')
  })
}

/** @throws OperationalError `tls-unusable` where a file cannot be read or is not what it should be. */
export function secureOptions(options: TlsOptions): tls.TlsOptions {
  const { caFile } = options
  const secure: tls.TlsOptions = {
    cert: readFile(options.certFile, 'certificate'),
    key: readFile(options.keyFile, 'private key'),
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ...(caFile === undefined
      ? {}
      : { ca: readFile(caFile, 'authority'), requestCert: true, rejectUnauthorized: true }),
  }
  try {
    tls.createSecureContext(secure)
  } catch (error) {
    throw new OperationalError(
      'tls-unusable',
      `${options.certFile} and ${options.keyFile} are not a certificate and its private key in PEM (${messageOf(error)}).`,
      { cause: error },
    )
  }
  return secure
}

function readFile(file: string, what: string): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    throw new OperationalError(
      'tls-unusable',
      `cannot read the TLS ${what} ${file} (${messageOf(error)}). Give a PEM file that this user may read.`,
      { cause: error },
    )
  }
}
