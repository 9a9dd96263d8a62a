import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openKeyStore, type OpenKeyStore } from '../../access/open-key-store.ts'
import { registerKeys } from '../../commands/keys.ts'

let folder: string
let file: string
let store: OpenKeyStore
let nowMs = 1_700_000_000_000
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-keys-'))
  file = path.join(folder, 'keys.db')
  store = openKeyStore(file, () => nowMs)
})
afterEach(() => {
  store.close()
  fs.rmSync(folder, { recursive: true })
})

describe('the key store', () => {
  it('knows a gateway by its id and credential together', async () => {
    const { credential } = await store.createKey({ type: 'gateway', gateway: 'gw1' })
    expect(await store.authenticateGateway('gw1', credential)).toEqual({ type: 'gateway', gateway: 'gw1' })
    expect(await store.authenticateGateway('gw2', credential)).toBeNull()
    expect(await store.authenticateGateway('gw1', 'hl_00000000_' + 'a'.repeat(32))).toBeNull()
    expect(await store.authenticateGateway('gw1', '')).toBeNull()
    expect(await store.authenticateCaller(credential)).toBeNull()
  })

  it('knows a caller by the key alone, with role and regions', async () => {
    const owner = { type: 'caller', name: 'desk', role: 'officer', regions: ['a/b', 'c'] } as const
    const { credential } = await store.createKey(owner)
    expect(await store.authenticateCaller(credential)).toEqual(owner)
    expect(await store.authenticateGateway('desk', credential)).toBeNull()
    const [, id, secret] = credential.split('_')
    expect(
      await store.authenticateCaller(`hl_${id}_${secret!.slice(0, -1)}${secret!.endsWith('0') ? '1' : '0'}`),
    ).toBeNull()
  })

  it('refuses a revoked key at once, also one that it has just seen, also when another process revoked it', async () => {
    const { credential, id } = await store.createKey({ type: 'gateway', gateway: 'gw1' })
    const principal = await store.authenticateGateway('gw1', credential)
    expect(store.holds(principal!)).toBe(true)
    const beside = openKeyStore(file)
    expect(beside.revokeKey(id)).toBe(true)
    expect(beside.revokeKey(id)).toBe(false)
    beside.close()
    expect(await store.authenticateGateway('gw1', credential)).toBeNull()
    nowMs += 2_000
    expect(store.holds(principal!)).toBe(false)
  })

  it('lets a gateway have two keys, so that one can be replaced without a pause', async () => {
    const first = await store.createKey({ type: 'gateway', gateway: 'gw1' })
    const second = await store.createKey({ type: 'gateway', gateway: 'gw1' })
    store.revokeKey(first.id)
    expect(await store.authenticateGateway('gw1', first.credential)).toBeNull()
    expect(await store.authenticateGateway('gw1', second.credential)).not.toBeNull()
  })

  it('keeps no secret in its file', async () => {
    const { credential } = await store.createKey({ type: 'gateway', gateway: 'gw1' })
    await store.authenticateGateway('gw1', credential)
    const secret = credential.split('_')[2]!
    for (const name of fs.readdirSync(folder)) {
      expect(fs.readFileSync(path.join(folder, name)).includes(secret)).toBe(false)
    }
  })

  it.each(['', 'a/b', 'a+b', '#', 'alerts', 'x'.repeat(129), 'a\u0000b'])(
    'makes no key for a gateway called %j',
    async (gateway) => {
      await expect(store.createKey({ type: 'gateway', gateway })).rejects.toMatchObject({
        code: 'invalid-key-owner',
      })
    },
  )
})

describe('hearthline keys', () => {
  async function run(command: string, ...args: string[]): Promise<string> {
    const written: string[] = []
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => written.push(String(text)) > 0)
    try {
      const program = new Command().exitOverride()
      registerKeys(program)
      await program.parseAsync(['node', 'hearthline', 'keys', command, '--data', folder, ...args])
      return written.join('')
    } finally {
      write.mockRestore()
    }
  }

  it('create prints a credential that works beside a running system, and a line to try it', async () => {
    const output = await run('create', '--gateway', 'gw1')
    const password = /password +(hl_\S+)/.exec(output)![1]!
    expect(await store.authenticateGateway('gw1', password)).not.toBeNull()
    expect(output).toContain(`mosquitto_pub -h localhost -p 1883 -q 1 -u 'gw1' -P ${password}`)
  })

  it('create for a caller takes role and regions', async () => {
    const output = await run(
      'create',
      '--caller',
      'desk',
      '--role',
      'officer',
      '--region',
      'a/b',
      '--region',
      'c',
    )
    const key = /Authorization: Bearer (hl_\w+)/.exec(output)![1]!
    expect(await store.authenticateCaller(key)).toMatchObject({ name: 'desk', regions: ['a/b', 'c'] })
    await run('create', '--caller', 'chief', '--role', 'operator')
    expect(await run('list')).toMatch(/caller chief \(operator; all regions\).*valid/)
  })

  it('the printed shell line survives a quote in a name', async () => {
    const output = await run('create', '--caller', "o'neil", '--role', 'operator')
    const line = output.split('\n').find((text) => text.includes('mosquitto_sub'))!
    const user = execFileSync('sh', ['-c', `mosquitto_sub() { echo "$6"; }\n${line}`]).toString()
    expect(user.trim()).toBe("o'neil")
  })

  it('revoke makes a key invalid, and list says so', async () => {
    const output = await run('create', '--gateway', 'gw1')
    const id = /^key (\w+)/.exec(output)![1]!
    expect(await run('revoke', id)).toBe(`revoked ${id}\n`)
    expect(await run('list')).toMatch(new RegExp(`${id} +gateway gw1.*revoked 2`))
    await expect(run('revoke', id)).rejects.toMatchObject({ code: 'unknown-key' })
  })

  it('list and revoke in a folder without keys make nothing there and say which folder it was', async () => {
    const elsewhere = path.join(folder, 'mistyped')
    for (const [command, ...args] of [['list'], ['revoke', 'abcdefgh']] as const) {
      await expect(run(command, ...args, '--data', elsewhere)).rejects.toMatchObject({
        code: 'no-keys',
        message: expect.stringContaining(elsewhere),
      })
    }
    expect(fs.existsSync(elsewhere)).toBe(false)
  })

  it('says in one line what is wrong with its arguments', async () => {
    for (const [command, ...args] of [
      ['create'],
      ['create', '--caller', 'x'],
      ['create', '--caller', 'x', '--role', 'officer', '--region', 'a//b'],
      ['create', '--gateway', 'a/b'],
      ['create', '--gateway', 'gw1', '--role', 'operator'],
      ['create', '--gateway', 'gw1', '--region', 'a'],
    ] as const) {
      await expect(run(command, ...args)).rejects.toMatchObject({
        name: 'OperationalError',
        message: expect.stringMatching(/^.+$/),
      })
    }
    expect(store.listKeys()).toEqual([])
  })
})
