import { connect, createServer, type Server, type Socket } from 'node:net'

/** Where something listens. */
export interface Listener {
  readonly address: string
  readonly port: number
}

/** A way to a server that holds back each direction, as a wide area network does; a connection itself is made at once. */
export async function delaying(there: Listener, eachWayMs: number): Promise<Listener & { readonly close: () => void }> {
  const late = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), eachWayMs))
    from.on('close', () => setTimeout(() => to.destroy(), eachWayMs))
    from.on('error', () => {})
  }
  const server = createServer((client) => {
    client.setNoDelay(true)
    const host = connect({ host: there.address, port: there.port, noDelay: true })
    late(client, host)
    late(host, client)
  })
  await new Promise<void>((resolve) => server.listen(0, there.address, resolve))
  return { address: there.address, port: portOf(server), close: () => server.close() }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
