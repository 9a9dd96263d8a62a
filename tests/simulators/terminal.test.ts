import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { requireProgram } from '../require-program.ts'
import { DOOR } from '../system/serve-process.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const LIMIT_MS = 60_000

/** Runs the program as at a terminal (`script` makes one), presses Ctrl-C once `pressAt` has been seen, waits for its end. */
async function atTerminal(
  args: readonly string[],
  pressAt: RegExp | null,
): Promise<{ code: number; shown: string }> {
  // `exec`, or a shell that waits beside the program is interrupted with it and answers 130 in its place.
  const command = ['exec', ...[process.execPath, DOOR, ...args].map((word) => `'${word}'`)].join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS - 10_000)
  let shown = ''
  let isPressed = false
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    if (isPressed || pressAt === null || !pressAt.test(shown)) return
    isPressed = true
    child.stdin.write('\x03')
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(limit)
  child.stdin.destroy()
  return { code: code ?? -1, shown }
}

// A progress bar that nobody finishes draws itself for ever, and the process never ends.
test(
  'Ctrl-C ends a demonstration while it tells its history',
  async (context) => {
    requireProgram(context, 'script')
    const { code, shown } = await atTerminal(['demo', '--mqtt-port', '0', '--http-port', '0'], /history =/)
    expect(shown).toMatch(/history =/)
    expect(code).toBe(0)
  },
  LIMIT_MS,
)

test(
  'Ctrl-C before the first reading ends a demonstration without a complaint',
  async (context) => {
    requireProgram(context, 'script')
    const { code, shown } = await atTerminal(
      ['demo', '--mqtt-port', '0', '--http-port', '0'],
      /Ctrl-C stops it/,
    )
    expect(shown).not.toMatch(/hearthline:/)
    expect(code).toBe(0)
  },
  LIMIT_MS,
)

test(
  'a backtest over a damaged file ends with an error',
  async (context) => {
    requireProgram(context, 'script')
    const folder = temporaryFolder()
    const file = path.join(folder, 'damaged.csv.gz')
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => `${new Date(i * 3_600_000).toISOString()},M1,water,${i % 7},L`,
    )
    const whole = zlib.gzipSync(`timestamp,meter_id,kind,value,unit\n${rows.join('\n')}\n`)
    fs.writeFileSync(file, whole.subarray(0, whole.length / 2))
    const { code, shown } = await atTerminal(
      ['backtest', '--readings', file, '--out', path.join(folder, 'out')],
      null,
    )
    expect(shown).toMatch(/cannot read .*damaged.csv.gz/)
    expect(code).toBe(1)
  },
  LIMIT_MS,
)
