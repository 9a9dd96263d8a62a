import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { followAlerts, type StreamedAlert } from '../../simulators/demo/follow-alerts.ts'
import { createNarrator } from '../../simulators/demo/narrate.ts'
import { createAlertBook } from '../../simulators/demo/watch-alerts.ts'
import { FEWEST_HOUSEHOLDS, writeScript } from '../../simulators/demo/write-script.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import { emptySpells } from '../../simulators/village/empty-spells.ts'
import { until } from './test-broker.ts'

const TIMEZONE = 'Asia/Shanghai'
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

function scriptAt(nowMs: number, households = 40) {
  return writeScript({ households, seed: 1, timezone: TIMEZONE, nowMs })
}

const week = Array.from({ length: 7 * 12 }, (_, i) => Date.parse('2026-11-16T00:10:00Z') + i * 2 * HOUR_MS)

describe('the script of the demonstration', () => {
  test('lets the falls that last have lasted 20 to 37 hours, whatever day and hour it is', () => {
    for (const nowMs of week) {
      const falls = scriptAt(nowMs).incidents.filter(({ kind, toMs }) => kind === 'fall' && toMs > nowMs)
      expect(falls.length).toBe(2)
      for (const { fromMs } of falls) {
        expect(nowMs - fromMs).toBeGreaterThanOrEqual(18 * HOUR_MS)
        expect(nowMs - fromMs).toBeLessThanOrEqual(38 * HOUR_MS)
      }
    }
  })

  test('has people fall while they are up', () => {
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: TIMEZONE, hour: '2-digit', hourCycle: 'h23' })
    for (const nowMs of week) {
      for (const { kind, fromMs } of scriptAt(nowMs).incidents) {
        if (kind !== 'fall') continue
        expect(Number(hour.format(fromMs))).toBeGreaterThanOrEqual(7)
        expect(Number(hour.format(fromMs))).toBeLessThanOrEqual(18)
      }
    }
  })

  test('has the weekender away now and at the same hours of every week before', () => {
    const calendar = createCalendar(TIMEZONE, 1)
    for (const nowMs of week) {
      const { weekender } = scriptAt(nowMs)
      for (let weeksAgo = 0; weeksAgo <= 5; weeksAgo++) {
        const atMs = nowMs - weeksAgo * 7 * DAY_MS
        const spells = emptySpells(weekender, calendar.day(calendar.dayOf(atMs)), calendar, 1)
        const [spell] = spells.filter(([fromMs, toMs]) => fromMs < atMs && atMs < toMs)
        expect(spell).toBeDefined()
        expect(atMs - spell![0]).toBeGreaterThan(28 * HOUR_MS)
      }
    }
  })

  test('gives each home one incident of its own, also in the smallest village', () => {
    const { incidents, weekender } = scriptAt(week[0]!, FEWEST_HOUSEHOLDS)
    const own = incidents.filter(({ kind }) => kind !== 'area-outage').flatMap(({ households }) => households)
    expect(new Set(own).size).toBe(own.length)
    expect(own).not.toContain(weekender.household)
  })
})

describe('the live stream', () => {
  const alert: StreamedAlert = {
    id: 'a1',
    household: 'H-1',
    area: null,
    hold: null,
    kind: 'inactivity',
    severity: 'orange',
    state: 'open',
    condition: 'active',
    onset: '2026-11-20T00:00:00Z',
    raisedAt: '2026-11-20T08:00:00Z',
    clearedAt: null,
    explanation: { en: 'No sign of life for 8 h.' },
  }

  test('is read as any client reads it, and resumed where it broke off', async () => {
    const asked: (string | undefined)[] = []
    const server = http.createServer((request, response) => {
      asked.push(request.headers['last-event-id'] as string | undefined)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': hello\n\nid: e-1\nevent: alert\ndata: {"half":\ndata: true}\n\n')
      response.end(`id: e-${asked.length + 1}\nevent: alert\ndata: ${JSON.stringify(alert)}\n\n`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanups.push(() => server.close())
    const stop = new AbortController()
    const seen: StreamedAlert[] = []
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const following = followAlerts(url, stop.signal, (one) => seen.push(one))
    await until(() => seen.length >= 2)
    stop.abort()
    await following
    expect(asked.slice(0, 2)).toEqual([undefined, 'e-2'])
    expect(seen[0]).toEqual(alert)
  })

  test('is told once for each turn that an alert takes, and not while the system learns', () => {
    const lines: string[] = []
    const narrator = createNarrator(TIMEZONE, 0, (line) => lines.push(line), false)
    const book = createAlertBook(0, narrator)
    book.take({ ...alert, id: 'old' })
    expect(lines).toEqual([])
    book.open()
    book.take(alert)
    book.take(alert)
    book.take({ ...alert, severity: 'red' })
    expect(book.isCalled('H-1', 'inactivity')).toBe(true)
    book.take({ ...alert, id: 'old', condition: 'cleared', clearedAt: '2026-11-20T09:00:00Z' })
    book.take({ ...alert, condition: 'cleared', clearedAt: '2026-11-20T10:00:00Z' })
    expect(lines.map((line) => /ALERT|grows|cleared/.exec(line)?.[0])).toEqual([
      'ALERT',
      'grows',
      'cleared',
      'cleared',
    ])
    expect(book.isCalled('H-1', 'inactivity')).toBe(false)
  })
})
