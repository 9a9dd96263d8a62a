// @ts-check
import { html } from './elements.js'
import { decimal, hours, nameOf, percent, WORDS } from './words.js'

/** @typedef {import('../report-data.ts').ReportData} ReportData */
/** @typedef {import('../report-data.ts').ReportContender} ReportContender */
/** @typedef {import('./words.js').Lang} Lang */

/** What the page says first, in words. @param {ReportData} data @param {{ lang: Lang }} view */
export function summary(data, { lang }) {
  const words = WORDS[lang]
  const best = data.contenders[data.chosen]
  if (best === undefined) return html('section', {})
  const rule = data.contenders.find((one) => one.rule === 'silent-24h' && one.alertsPerHomeMonth !== null)
  const ours = rule === undefined ? undefined : asCheapAs(data.contenders, rule)
  const few = fewest(data)
  return html(
    'section',
    { id: 'summary' },
    html('h2', {}, words.summary),
    html(
      'div',
      { class: 'tiles' },
      tile(decimal(best.alertsPerHomeMonth), words.tiles.perMonth),
      tile(decimal(best.knocksPerDay, 1), words.tiles.perDay),
      tile(hours(best.medianDelayHours, lang), words.tiles.delay),
      tile(percent(best.within24h), words.tiles.in24),
      tile(percent(best.underAlert, 1), words.tiles.under),
    ),
    html('p', { class: 'said' }, words.spent(best, nameOf(best, lang)), ' ', words.found(best)),
    rule === undefined || ours === undefined || rule.stops === 0
      ? null
      : html('p', { class: 'said' }, words.against(rule, ours)),
    few === null ? null : html('p', { class: 'said' }, words.few(few, best.homes)),
    html('p', { class: 'note' }, words.caveat),
    html('p', { class: 'note' }, words.method(data, best.homes)),
  )
}

/** @param {string} value @param {string} label */
function tile(value, label) {
  return html('div', { class: 'tile' }, html('strong', {}, value), html('span', {}, label))
}

/**
 * The largest budget at which the evidence makes no more false alarms than the rule; the smallest where none does.
 * @param {readonly ReportContender[]} all @param {ReportContender} rule
 */
function asCheapAs(all, rule) {
  const ours = all
    .filter((one) => one.rule === 'evidence' && one.stops > 0)
    .sort((a, b) => (a.budget ?? 0) - (b.budget ?? 0))
  return ours.findLast((one) => (one.alertsPerHomeMonth ?? 0) <= (rule.alertsPerHomeMonth ?? 0)) ?? ours[0]
}

/** How few homes make half of the alerts; null where there are hardly any. @param {ReportData} data */
function fewest(data) {
  const counts = data.homes
    .filter((home) => home.scored)
    .map((home) => home.alerts[data.chosen] ?? 0)
    .sort((a, b) => b - a)
  const total = data.contenders[data.chosen]?.alerts ?? 0
  if (total < 10) return null
  let sum = 0
  const few = counts.findIndex((count) => (sum += count) >= total / 2) + 1
  return few === 0 ? null : few
}
