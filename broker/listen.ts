import type net from 'node:net'
import { OperationalError } from '../domain/operational-error.ts'

export interface Listener {
  readonly port: number
  /** Takes no further connections; those that are open stay. */
  stop(): void
}

/** Binds a server. `choose` says how to choose another port. @throws OperationalError `port-in-use`, `port-unusable`. */
export async function listen(
  server: net.Server,
  host: string,
  port: number,
  what: string,
  choose: string,
): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(unusable(error, host, port, what, choose)))
    server.listen({ host, port, backlog: 1024 }, resolve)
  })
  server.removeAllListeners('error')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () => server.close(),
  }
}

function unusable(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  what: string,
  choose: string,
): OperationalError {
  if (error.code === 'EADDRINUSE') {
    return new OperationalError(
      'port-in-use',
      `${what} cannot listen on ${host} port ${port}: another program has it. Stop that one, or choose another port with ${choose}.`,
      { cause: error },
    )
  }
  return new OperationalError(
    'port-unusable',
    `${what} cannot listen on ${host} port ${port} (${error.message}). Choose another address (HEARTHLINE_HOST) or port (${choose}).`,
    { cause: error },
  )
}
