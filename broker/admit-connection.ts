import net from 'node:net'
import type { BrokerLimits } from './limits.ts'

const loopback = new net.BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true
  const family = net.isIP(address)
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Counts open sockets, in all and by address; one too many is closed before a byte of it has been read. */
export class Admission {
  readonly #limits: Pick<BrokerLimits, 'connections' | 'connectionsPerAddress'>
  readonly #byAddress = new Map<string, number>()
  readonly #sockets = new Set<net.Socket>()
  refused = 0

  constructor(limits: Pick<BrokerLimits, 'connections' | 'connectionsPerAddress'>) {
    this.#limits = limits
  }

  get open(): number {
    return this.#sockets.size
  }

  /** Closes what is open, whatever state it is in. */
  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Every socket of every listener passes here first, before TLS and HTTP. */
  admit(socket: net.Socket): boolean {
    const address = addressOf(socket)
    const ofAddress = this.#byAddress.get(address) ?? 0
    const tooMany = ofAddress >= this.#limits.connectionsPerAddress && !isLoopback(address)
    if (tooMany || this.#sockets.size >= this.#limits.connections) {
      this.refused++
      socket.destroy()
      return false
    }
    this.#sockets.add(socket)
    this.#byAddress.set(address, ofAddress + 1)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left === 0) this.#byAddress.delete(address)
      else this.#byAddress.set(address, left)
    })
    return true
  }
}

/** IPv4 in IPv6 dress is undressed, so that an address counts once. */
export function addressOf(socket: { readonly remoteAddress?: string | undefined }): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
}
