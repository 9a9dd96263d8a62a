import type { Command } from 'commander'
import { mendJournal } from '../logs/journal/mend-journal.ts'
import { verifyJournal } from '../logs/journal/verify-journal.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { lockFolder } from '../platform/folder-lock.ts'
import { dataOption } from './data-option.ts'

export function registerJournal(program: Command): void {
  const journal = program
    .command('journal')
    .description('look after the journal, the durable log of what came in')
  journal
    .command('verify')
    .description('check every row of the journal and name what is damaged; works beside a running serve')
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExit code: 0 sound, 1 damaged or not there.\n\nExample:\n  hearthline journal verify --data ./data',
    )
    .action((options: { data: string }) => {
      const report = verifyJournal(dataFiles(options.data).journal)
      const range = report.rows === 0 ? '' : ` (offsets ${report.firstOffset} to ${report.lastOffset})`
      process.stdout.write(`journal: ${report.entries} entries in ${report.rows} rows${range}\n`)
      for (const { row, message } of report.damages) process.stdout.write(`row ${row}: ${message}\n`)
      process.stdout.write(
        report.damages.length === 0 ? 'sound\n' : `damaged: ${report.damages.length} finding(s)\n`,
      )
      if (report.damages.length > 0) process.exitCode = 1
    })
  journal
    .command('mend')
    .description(
      'give up what is damaged, so that ingest can go on: it is set aside and counted in the rejects',
    )
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nStop serve first. Restoring a backup, where there is one, loses less.\n\nExample:\n  hearthline journal mend --data ./data',
    )
    .action((options: { data: string }) => {
      const { journal: file } = dataFiles(options.data)
      const report = verifyJournal(file)
      const lock = lockFolder(options.data, ['broker', 'ingest'])
      try {
        const { rows, entries } = mendJournal(file, Date.now())
        process.stdout.write(
          report.damages.length === 0
            ? 'sound: nothing to mend\n'
            : `set aside ${rows} damaged row(s); ${entries} entries are lost and will be listed as rejects (journal-damaged)\n`,
        )
      } finally {
        lock.release()
      }
    })
}
