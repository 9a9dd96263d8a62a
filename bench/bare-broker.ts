import { once } from 'node:events'
import net from 'node:net'
import { Aedes } from 'aedes'

/** The yardstick: the same broker library with nothing behind it, which acknowledges and forgets. */
const broker = await Aedes.createBroker()
const server = net.createServer(broker.handle).listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.((server.address() as net.AddressInfo).port)
