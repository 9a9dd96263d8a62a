import fs from 'node:fs'
import type { MeterKind } from '../../domain/units.ts'
import type { PriorCurve } from './fit-prior-curve.ts'

const FILE = new URL('../core/life/coefficients.ts', import.meta.url)
/** Decimals that are kept: the fifth changes no hazard by a thousandth. */
export const DECIMALS = 4

export interface Fitted {
  readonly weights: Readonly<Record<MeterKind, readonly number[]>>
  readonly prior: PriorCurve
}

/** Puts fitted numbers in the place of those in coefficients.ts; its sentences stay. `npm run format` lays the lines out. */
export function writeCoefficients(fitted: Fitted): void {
  let text = fs.readFileSync(FILE, 'utf8')
  for (const kind of ['water', 'electricity'] as const) {
    text = replaceOnce(
      text,
      new RegExp(`${kind}: \\[[^\\]]*\\]`),
      `${kind}: [${fitted.weights[kind].join(', ')}]`,
    )
  }
  const { logAt11, slope } = fitted.prior
  text = replaceOnce(text, /\{ logAt11: [^}]*\}/, `{ logAt11: ${logAt11}, slope: ${slope} }`)
  fs.writeFileSync(FILE, text)
}

function replaceOnce(text: string, what: RegExp, by: string): string {
  if (!what.test(text)) throw new Error(`coefficients.ts has no ${what.source} to replace`)
  return text.replace(what, by)
}

export function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS))
}
