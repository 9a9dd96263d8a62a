import type { Finding } from '../../domain/finding.ts'

/** What somebody who heard every finding believes in the end: one line per matter that was not retracted. */
export function standing(findings: readonly Finding[]): string[] {
  const matters = new Map<
    string,
    { raisedAtMs: number; severity: string; clearedAtMs: number | null; hold: string }
  >()
  for (const finding of findings) {
    const key = `${finding.household} ${finding.kind} ${finding.onsetMs}`
    const known = matters.get(key)
    switch (finding.type) {
      case 'raise':
        matters.set(key, {
          raisedAtMs: finding.atMs,
          severity: finding.severity,
          clearedAtMs: null,
          hold: holdOf(finding),
        })
        break
      case 'escalate':
        if (known === undefined) throw new Error(`escalated without a raise: ${key}`)
        matters.set(key, { ...known, severity: finding.severity })
        break
      case 'clear':
        if (known === undefined) throw new Error(`cleared without a raise: ${key}`)
        matters.set(key, { ...known, clearedAtMs: finding.atMs })
        break
      case 'retract':
        if (known === undefined) throw new Error(`retracted without a raise: ${key}`)
        matters.delete(key)
        break
    }
  }
  return [...matters]
    .map(
      ([key, { raisedAtMs, severity, clearedAtMs, hold }]) =>
        `${key} raised ${raisedAtMs} ${severity} ${clearedAtMs === null ? 'active' : `cleared ${clearedAtMs}`}${hold}`,
    )
    .sort()
}

function holdOf({ hold }: Extract<Finding, { type: 'raise' }>): string {
  return hold === undefined ? '' : ` held for ${hold.reason} until ${hold.untilMs}`
}
