import { OperationalError } from '../domain/operational-error.ts'

/** @throws OperationalError `bad-option` where the text is no such number. */
export function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < low || value > high)
    throw refused(name, text, `a whole number from ${low} to ${high}`)
  return value
}

export function refused(name: string, text: string, wanted: string): OperationalError {
  return new OperationalError('bad-option', `${name} is ${JSON.stringify(text)}: give ${wanted}.`)
}
