import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { asRegistered, contendersOf, RULES } from '../../detector/backtest/contender.ts'
import { startCrew } from '../../detector/backtest/crew.ts'
import { alertsOf, foldHistory } from '../../detector/backtest/fold-history.ts'
import { readRows } from '../../detector/backtest/load-readings.ts'
import { gatherHomes, profilesOf } from '../../detector/backtest/profiles.ts'
import { buildPage } from '../../detector/backtest/report/build-page.ts'
import { gatherReport } from '../../detector/backtest/report/gather-report.ts'
import { MOST_TIMELINES, type ReportData } from '../../detector/backtest/report/report-data.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import { requireProgram } from '../require-program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { rowsOf, write } from './history.ts'

const run = promisify(execFile)
const SOURCE = { file: 'a.csv', readings: 1, badLines: 0, rounds: 2, seed: 1 }

async function reportOf(rows: readonly string[]): Promise<ReportData> {
  const file = write(temporaryFolder(), 'a.csv', rows)
  const { meters } = await readRows(
    openReadingFile(file),
    () => {},
    () => {},
  )
  const contenders = [asRegistered(1), ...contendersOf(RULES, [0.3, 2])]
  const homes = gatherHomes(profilesOf(meters, null, 'Asia/Shanghai'), meters)
  const crew = await startCrew(2, contenders, homes, 0)
  try {
    const history = await foldHistory(crew, contenders, { seed: 1, rounds: 2 }, () => {})
    return await gatherReport(SOURCE, history, 0, await alertsOf(crew, history, 0), async (households) =>
      (await crew.ask('portraits', households)).flat(),
    )
  } finally {
    await crew.stop()
  }
}

describe('the report', () => {
  it('tells of each home what the rules counted, and shows the costliest first', async () => {
    const data = await reportOf(rowsOf(4, 110, 3))
    expect(data.homes).toHaveLength(6)
    for (const [at, contender] of data.contenders.entries()) {
      const scored = data.homes.filter((home) => home.scored)
      expect(scored.reduce((sum, home) => sum + (home.alerts[at] ?? 0), 0)).toBe(contender.alerts)
      expect(contender.byDay.reduce((sum, count) => sum + count, 0)).toBe(
        contender.byHour.reduce((sum, count) => sum + count, 0),
      )
      expect(contender.byDay.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(contender.alerts)
    }
    const counts = data.homes.map(
      ({ timeline }) =>
        data.timelines[timeline]?.alerts.filter(({ kind }) => kind === 'inactivity').length ?? 0,
    )
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    expect(counts[0]).toBeGreaterThan(0)
    expect(data.timelines).toHaveLength(6)
    const water = data.timelines.find(({ id }) => id === 'W1')
    const cells = [...Buffer.from(water?.cells ?? '', 'base64')].flatMap((byte) =>
      [0, 2, 4, 6].map((shift) => (byte >> shift) & 3),
    )
    expect(cells).toHaveLength((water?.days ?? 0) * 24)
    // Some hours are missing, most nights are silent, most evenings are not.
    for (const cell of [0, 1, 2]) expect(cells.filter((one) => one === cell).length).toBeGreaterThan(20)
    expect(cells.filter((cell) => cell === 2).length).toBeGreaterThan(0.2 * cells.length)
  })

  it('names how many timelines it leaves out', async () => {
    const rows = Array.from({ length: MOST_TIMELINES + 7 }, (_, home) =>
      [0, 1, 2].map((hour) => `2026-03-02T0${hour}:00:00Z,H${home},water,1,L`),
    ).flat()
    const data = await reportOf(rows)
    expect(data.timelines).toHaveLength(MOST_TIMELINES)
    expect(data.timelinesLeftOut).toBe(7)
    expect(data.homes.filter(({ timeline }) => timeline < 0)).toHaveLength(7)
  })

  it('loads nothing and runs nothing that is not its own', async () => {
    const page = buildPage(await reportOf(rowsOf(1, 60, 3)))
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(page).not.toMatch(/(src|href)=|@import|url\(/)
    expect(page.match(/<script/g)).toHaveLength(2)
  })

  it('opens in a browser under its policy, and a meter called <script> is a name there', async (context) => {
    requireProgram(context, 'chromium')
    const folder = temporaryFolder()
    const hostile = [
      '<script>document.title="owned"<',
      '<img src=x onerror=document.title="owned">',
      '{{$&}}-->',
    ]
    const rows = rowsOf(3, 110, 3).map((row) =>
      row.replace(
        /,[WE](\d),/,
        (_, home: string) => `,${row.includes(',W') ? 'w' : 'e'} ${hostile[Number(home)]},`,
      ),
    )
    const data = await reportOf(rows)
    expect(data.homes.map(({ id }) => id)).toContain(`w ${hostile[0]}`)
    for (const lang of ['en-US', 'zh-CN']) {
      const file = path.join(folder, `${lang}.html`)
      fs.writeFileSync(file, buildPage({ ...data, file: '</script><script>document.title="owned"</script>' }))
      const { stdout, stderr } = await run(
        'chromium',
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--enable-logging=stderr',
          `--lang=${lang}`,
          `--accept-lang=${lang}`,
          `--user-data-dir=${path.join(folder, 'profile')}`,
          '--virtual-time-budget=4000',
          '--dump-dom',
          pathToFileURL(file).href,
        ],
        { maxBuffer: 64 * 1024 * 1024, timeout: 50_000 },
      )
      expect(stderr.split('\n').filter((line) => line.includes('CONSOLE'))).toEqual([])
      const dom = stdout.replace(/<script[\s\S]*?<\/script>/g, '')
      expect(dom).not.toContain('<title>owned')
      expect(dom).toContain('w &lt;script&gt;document.title="owned"&lt;')
      expect(dom).not.toContain('<img')
      expect(dom).toContain(lang === 'zh-CN' ? '误报与发现时间' : 'False alarms against delay')
      // One drawing each: trade-off, days, hours of the day, timeline.
      expect(dom.match(/<svg/g)?.length).toBe(4)
    }
  })
})
