#!/usr/bin/env node
import { Command } from 'commander'
import { registerBacktest } from './commands/backtest.ts'
import { registerDemo } from './commands/demo.ts'
import { registerHouseholds } from './commands/households.ts'
import { registerStore } from './commands/store.ts'
import { registerJournal } from './commands/journal.ts'
import { registerKeys } from './commands/keys.ts'
import { registerReplay } from './commands/replay.ts'
import { registerServe } from './commands/serve.ts'
import { registerSimulate } from './commands/simulate.ts'
import { OperationalError } from './domain/operational-error.ts'
import packageJson from './package.json' with { type: 'json' }

const program = new Command('hearthline')
  .description(packageJson.description)
  .version(packageJson.version)
  .showHelpAfterError('(hearthline --help lists the commands, hearthline <command> --help their options)')

registerServe(program)
registerDemo(program)
registerSimulate(program)
registerReplay(program)
registerHouseholds(program)
registerKeys(program)
registerJournal(program)
registerBacktest(program)
registerStore(program)

try {
  await program.parseAsync()
} catch (error) {
  // What a person can mend is one line; anything else is a fault of ours and keeps its stack.
  if (!(error instanceof OperationalError)) throw error
  process.stderr.write(`hearthline: ${error.message}\n`)
  process.exitCode = 1
}
