import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registerHouseholds } from '../../commands/households.ts'
import { householdSchema } from '../../domain/household.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { HOUSEHOLDS_EXAMPLE, parseHouseholds, readHouseholdsFile } from '../../ingest/households-file.ts'
import { createIngestStage } from '../../ingest/ingest-stage.ts'
import { appendDirectly } from '../../logs/journal/append-directly.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { publish } from '../ingest/journal-of.ts'

let dir: string
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-households-'))
})
afterEach(() => {
  fs.rmSync(dir, { recursive: true })
})

const problemsOf = (text: string): string[] => parseHouseholds(text).problems

describe('a households file', () => {
  it('gives homes with their meters and contacts', () => {
    const { households, problems } = parseHouseholds(HOUSEHOLDS_EXAMPLE)
    expect(problems).toEqual([])
    expect(households).toHaveLength(2)
    expect(households[0]).toEqual({
      id: 'H-330127-0001',
      region: 'zhejiang/hangzhou/chunan/weiping/lixi/grid-3',
      tier: 'high',
      timezone: 'Asia/Shanghai',
      rule: 'evidence',
      meters: [
        { id: 'W-330127-0001', kind: 'water' },
        { id: 'E-330127-0001', kind: 'electricity' },
      ],
      contacts: [
        { name: 'Wang Fang', phone: '+86 571 5550 0101' },
        { name: 'Li Wei (grid worker)', phone: '+86 571 5550 0102' },
      ],
    })
    for (const household of households) expect(householdSchema.parse(household)).toEqual(household)
  })

  it('with one household in every row is refused: a home has 64 meters at most', () => {
    const rows = Array.from({ length: 65 }, (_, n) => `H1,M${n},water`)
    expect(problemsOf(['household,meter,kind', ...rows].join('\n'))).toEqual([
      'line 66: H1 has 65 meters, a home has 64 at most; give each home an id of its own',
    ])
    expect(problemsOf(['household,meter,kind', ...rows.slice(1)].join('\n'))).toEqual([])
  })

  it('needs no more than household, meter and kind, in any order, with BOM, CRLF and quotes', () => {
    const { households } = parseHouseholds('\uFEFFkind,meter,household\r\nwater,"水表, 1",H1\r\n')
    expect(households).toEqual([
      {
        id: 'H1',
        region: null,
        tier: 'medium',
        timezone: null,
        rule: 'evidence',
        meters: [{ id: '水表, 1', kind: 'water' }],
        contacts: [],
      },
    ])
  })

  it('tells every problem with its line and how to mend it', () => {
    const problems = problemsOf(
      [
        'household,meter,kind,region,tier,timezone,rule',
        'H1,W1,gas,a//b,extreme,Mars/Olympus,never',
        'H 2,W/2,water,,,,',
        'H3,W3,water',
        ',W4,water,,,,',
      ].join('\n'),
    )
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'line 2',
      'line 2',
      'line 2',
      'line 2',
      'line 2',
      'line 3',
      'line 4',
      'line 5',
    ])
    expect(problems[0]).toBe('line 2: kind "gas": a kind is one of electricity, water')
    expect(problems[1]).toMatch(/region "a\/\/b": a region is a path of 1 to 6 names/)
    expect(problems[3]).toMatch(/timezone "Mars\/Olympus": a time zone is an IANA name/)
    expect(problems[6]).toMatch(/3 fields, the header has 7/)
  })

  it('tells where rows contradict one another', () => {
    const problems = problemsOf(
      [
        'household,meter,kind,tier',
        'H1,W1,water,high',
        'H1,W2,water,low',
        'H1,W1,water,',
        'H2,W1,water,',
      ].join('\n'),
    )
    expect(problems).toEqual([
      'line 4: meter W1 of H1 stands in line 2 already; remove one',
      'line 5: meter W1 belongs to H1 in line 2 and to H2 here; it can have one home',
      'line 3: tier "low" of H1 is "high" in line 2; make them agree or leave one empty',
    ])
  })

  it.each([
    ['', /the file is empty; the first line names the columns/],
    ['meter,kind\nM1,water\n', /the column "household" is missing/],
    ['household,meter,kind\n', /no rows/],
    ['household,meter,kind,colour\nH1,W1,water,red\n', /unknown column "colour"/],
    ['household,meter,kind,kind\nH1,W1,water,water\n', /stands twice/],
    ['household,meter,kind\nH1,"W1,water\n', /no CSV/],
  ])('%j is told in words', (text, words) => {
    expect(problemsOf(text).join('\n')).toMatch(words)
  })

  it('that is not there or is no UTF-8 is one clear line', async () => {
    await expect(readHouseholdsFile(path.join(dir, 'none.csv'))).rejects.toMatchObject({
      code: 'file-unreadable',
    })
    const file = path.join(dir, 'gbk.csv')
    fs.writeFileSync(file, Buffer.from([0xc4, 0xe3, 0xba, 0xc3]))
    await expect(readHouseholdsFile(file)).rejects.toThrow(/not UTF-8/)
  })
})

describe('households import', () => {
  const file = (text: string): string => {
    const name = path.join(dir, 'households.csv')
    fs.writeFileSync(name, text)
    return name
  }
  const run = async (...args: string[]): Promise<string> => {
    const written: string[] = []
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => written.push(String(text)) > 0)
    try {
      const program = new Command().exitOverride()
      registerHouseholds(program)
      await program.parseAsync(['households', ...args, '--data', dir], { from: 'user' })
    } finally {
      write.mockRestore()
    }
    return written.join('')
  }
  const ingest = (): void => {
    const db = openIngestDatabase(dir)
    const journal = openJournalReader(dataFiles(dir).journal)
    const stage = createIngestStage(db, journal)
    while (stage.workBatch() !== null);
    journal.close()
    db.close()
  }

  it('registers homes without a running serve; the next ingest takes them over', async () => {
    expect(await run('import', file(HOUSEHOLDS_EXAMPLE))).toMatch(/registered 2 households with 3 meters/)
    ingest()
    const listed = await run('list')
    expect(listed).toContain('H-330127-0001  zhejiang/hangzhou/chunan/weiping/lixi/grid-3  high  evidence')
    expect(listed).toContain('2 households, 3 meters; 0 meters that no household claims')
  })

  it('lists a folder without homes as what it is: mistyped, or not taken over yet', async () => {
    await expect(run('list')).rejects.toMatchObject({
      code: 'no-homes',
      message: expect.stringContaining(dir),
    })
    expect(fs.readdirSync(dir)).toEqual([])
  })

  it('changes nothing where one row is wrong', async () => {
    await expect(run('import', file(`${HOUSEHOLDS_EXAMPLE}H3,W3,gas,,,,,,\n`))).rejects.toThrow(
      /households.csv has 1 problem, nothing was changed.*\n {2}line 5: kind "gas"/,
    )
    expect(fs.existsSync(dataFiles(dir).journal)).toBe(false)
  })

  it('refuses another kind for a meter that has sent readings', async () => {
    appendDirectly(
      dataFiles(dir).journal,
      publish({ meter: 'W-330127-0001', time: '2026-01-01T00:00:00Z', register: 1, unit: 'kWh' }),
    )
    ingest()
    await expect(run('import', file(HOUSEHOLDS_EXAMPLE))).rejects.toThrow(
      /meter W-330127-0001 of H-330127-0001 is water in the file, but its readings are of electricity/,
    )
  })
})
