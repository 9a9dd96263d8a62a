import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { alertIdOf } from '../../api/desk/alert-id.ts'
import type { Alert, Desk, DeskAction, DeskEvent } from '../../api/desk/desk.ts'
import { openDesk } from '../../api/desk/open-desk.ts'
import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { Finding } from '../../domain/finding.ts'
import { fakeRegistry, type FakeRegistry } from '../api/fake-registry.ts'
import { ONSET, type ToldFindings, toldFindings } from './told-findings.ts'

export interface TestDesk {
  desk: Desk
  readonly findings: ToldFindings
  readonly registry: FakeRegistry
  readonly clock: { nowMs: number }
  readonly events: DeskEvent[]
  /** The detector says it and the desk hears it. */
  hear(...findings: Finding[]): void
  /** All of it at one place of the detector's log. */
  hearTogether(...findings: Finding[]): void
  act(action: DeskAction): ReturnType<Desk['act']>
  /** The alert of household H1. */
  alert(kind?: AlertKind): Alert
  all(): Alert[]
  /** As after a crash: everything is opened anew from the files. */
  reopen(): void
}

export function openTestDesk(): TestDesk {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-desk-'))
  const findings = toldFindings()
  const registry = fakeRegistry()
  const clock = { nowMs: Date.parse('2026-11-21T08:00:00Z') }
  const events: DeskEvent[] = []
  const open = (): Desk => {
    const desk = openDesk({ dataDir, clock: () => clock.nowMs, findings, registry })
    desk.onEvent((event) => events.push(event))
    return desk
  }
  const id = (kind: AlertKind) => alertIdOf('H1' as HouseholdId, kind, ONSET)
  const test: TestDesk = {
    desk: open(),
    findings,
    registry,
    clock,
    events,
    hear(...said) {
      findings.tell(...said)
      while (test.desk.pump().more);
    },
    hearTogether(...said) {
      findings.tellTogether(...said)
      while (test.desk.pump().more);
    },
    act: (action) => test.desk.act(id('inactivity'), action, 'li', null),
    alert: (kind = 'inactivity') => test.desk.get(id(kind), null)!,
    all: () => [...test.desk.list({ areas: null }, null, 1_000).items],
    reopen() {
      test.desk.close()
      test.desk = open()
    },
  }
  onTestFinished(() => {
    test.desk.close()
    fs.rmSync(dataDir, { recursive: true, force: true })
  })
  return test
}
