import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startApi } from './start-api.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  fs.existsSync(file),
)
const isCi = process.env['CI'] === 'true'

test.skipIf(CHROMIUM === undefined && !isCi)(
  'the documentation shows every route in a browser, under its own content security policy',
  async () => {
    if (CHROMIUM === undefined) throw new Error('CI has no Chromium: apt-get install chromium')
    const { app } = await startApi({ auth: 'off' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const { page, console: said } = await browse(CHROMIUM, `${url}/api/docs/`)
    for (const route of ['/api/v1/alerts/{id}/acknowledge', '/api/v1/alerts/stream', '/readyz']) {
      // Swagger UI puts a zero-width space behind each slash, so that long paths can break.
      expect(page.replaceAll('\u200B', '')).toContain(`data-path="${route}"`)
    }
    expect(page).toContain('<title>Hearthline API</title>')
    expect(said).not.toMatch(/Content Security Policy|Uncaught|net::ERR/)
  },
  60_000,
)

function browse(chromium: string, url: string): Promise<{ page: string; console: string }> {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-chromium-'))
  onTestFinished(() => fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  const child = spawn(chromium, [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--enable-logging=stderr',
    '--virtual-time-budget=15000',
    `--user-data-dir=${profile}`,
    '--dump-dom',
    url,
  ])
  let page = ''
  let words = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (page += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      resolve({
        page,
        console: words
          .split('\n')
          .filter((line) => line.includes('CONSOLE'))
          .join('\n'),
      })
    })
  })
}
