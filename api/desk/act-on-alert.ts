import type { EpochMs } from '../../domain/time.ts'
import { acknowledge } from './acknowledge.ts'
import { ALERT_LIFE, isAllowed } from './alert-life.ts'
import { close } from './close.ts'
import type { ActionResult, DeskAction } from './desk.ts'
import { type DeskAlert, MAX_HISTORY } from './desk-alert.ts'
import { dispatch } from './dispatch.ts'
import { hold } from './hold.ts'
import { note } from './note.ts'

type Refused = Extract<ActionResult, { ok: false }>

/** What an alert becomes by a person's action, or why that is not allowed now. Pure. */
export function actOnAlert(
  alert: DeskAlert,
  action: DeskAction,
  by: string,
  nowMs: EpochMs,
): { readonly ok: true; readonly alert: DeskAlert } | Refused {
  if (!isAllowed(action.type, alert.state)) {
    return {
      ok: false,
      code: 'illegal-transition',
      state: alert.state,
      allowed: ALERT_LIFE[action.type].from,
    }
  }
  if (alert.history.length >= MAX_HISTORY) return { ok: false, code: 'history-full' }
  return { ok: true, alert: perform(alert, action, by, nowMs) }
}

function perform(alert: DeskAlert, action: DeskAction, by: string, nowMs: EpochMs): DeskAlert {
  switch (action.type) {
    case 'acknowledge':
      return acknowledge(alert, action.note, by, nowMs)
    case 'dispatch':
      return dispatch(alert, action.note, by, nowMs)
    case 'hold':
      return hold(alert, action.note, action.untilMs, by, nowMs)
    case 'close':
      return close(alert, action.outcome, action.note, by, nowMs)
    case 'note':
      return note(alert, action.note, by, nowMs)
  }
}
