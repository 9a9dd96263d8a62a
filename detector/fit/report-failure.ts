import { OperationalError } from '../../domain/operational-error.ts'

/** Runs a command to its end; what is wrong with the world outside is one line and a failing exit, not a stack. */
export async function reportFailure(command: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error
    process.stderr.write(`${command}: ${error.message}\n`)
    process.exitCode = 1
  }
}
