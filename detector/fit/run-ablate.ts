import fs from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { METER_KINDS, type MeterKind } from '../../domain/units.ts'
import { MODEL } from '../core/life/model.ts'
import { compareGroups } from './compare-groups.ts'
import { compareMeters } from './compare-meters.ts'
import { compareVariants } from './compare-variants.ts'
import { gatherAll, type Sample } from './cross-fit.ts'
import { reportFailure } from './report-failure.ts'
import { loadHomes, parseSource, type Source } from './load-homes.ts'
import { loadVillage } from './load-village.ts'
import { drawAllStops } from './trace-home.ts'

interface AblateOptions {
  readonly water?: readonly Source[]
  readonly electricity?: readonly Source[]
  readonly people?: string
  readonly village?: Source
  readonly seeds: number
  readonly rounds: number
  readonly groupsOnly?: true
}

/** Of the homes, the part that is stopped in a round; as in the evaluator. */
const SHARE = 0.3

const program = new Command('ablate')
  .description(
    'What the model finds, and what each of its ideas buys: stops injected into real lives, every home judged by weights of the other half of the homes, one threshold at the false alarms of the city rule on the same homes.',
  )
  .option(
    '--water <file@zone...>',
    'reading files of water meters, each with the time zone of its homes',
    many,
  )
  .option('--electricity <file@zone...>', 'the same of electricity meters', many)
  .option('--people <file>', 'meter_id,household_members: one-person homes are told apart')
  .option(
    '--village <folder@zone>',
    'of `hearthline simulate --out`: what the second meter buys',
    parseSource,
  )
  .option('--seeds <n>', 'draws of stops, each of so many rounds', parseCount, 12)
  .option('--rounds <n>', 'rounds of a seed; each stops 30 % of the homes', parseCount, 4)
  .option('--groups-only', 'leave the ablations out')
  .action(ablate)

function many(text: string, before: readonly Source[] = []): Source[] {
  return [...before, parseSource(text)]
}

function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0 && count <= 1000) return count
  throw new InvalidArgumentError('give a whole number from 1 to 1000')
}

async function ablate(options: AblateOptions): Promise<void> {
  if (!options.water && !options.electricity && !options.village) {
    throw new OperationalError('nothing-to-judge', 'give --water, --electricity or --village (see --help)')
  }
  const alone = options.people === undefined ? null : onePersonHomes(options.people)
  for (const kind of METER_KINDS) {
    const sources = options[kind]
    if (sources === undefined) continue
    const sample = await drawSample(kind, sources, options)
    compareGroups(sample, alone, print)
    if (options.groupsOnly !== true) compareVariants(sample, print)
  }
  const { village, seeds, rounds } = options
  if (village === undefined) return
  const homes = await loadVillage(village.file, village.timezone)
  compareMeters(homes, drawAllStops(homes, seeds, rounds, SHARE), print)
}

async function drawSample(
  kind: MeterKind,
  sources: readonly Source[],
  { seeds, rounds }: AblateOptions,
): Promise<Sample> {
  const homes = (await Promise.all(sources.map(loadHomes))).flat()
  const stops = drawAllStops(homes, seeds, rounds, SHARE)
  return { kind, homes, stops, hours: gatherAll(homes, MODEL) }
}

function onePersonHomes(file: string): Set<string> {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw new OperationalError('people-unreadable', `cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  const rows = text.split('\n').map((line) => line.trim().split(','))
  return new Set(rows.flatMap(([meter = '', people]) => (people === '1' ? [meter] : [])))
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await reportFailure('ablate', () => program.parseAsync())
