// @ts-check
import { html } from './elements.js'
import { contenderChoice } from './load.js'
import { decimal, percent, WORDS } from './words.js'

/** @typedef {import('../report-data.ts').ReportData} ReportData */
/** @typedef {import('../report-data.ts').ReportHome} ReportHome */
/** @typedef {import('./words.js').Lang} Lang */
/** @typedef {'id' | 'alerts' | 'aMonth' | 'share' | 'under' | 'lifeless'} SortKey */
/** @typedef {{ lang: Lang, contender: number, sort: SortKey, descending: boolean, allRows: boolean, home: number }} View */

const ROWS_AT_FIRST = 15
/** A home without life on this share of its observed days is lived in part of the time. */
const PART_TIME = 0.25
const HOURS_A_MONTH = 720

/** The homes that cost most, to be sorted. @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change */
export function homes(data, view, change) {
  const words = WORDS[view.lang]
  const all = data.homes.map((home) => figuresOf(home, data, view.contender)).sort(order(view))
  const shown = view.allRows ? all : all.slice(0, ROWS_AT_FIRST)
  const left = all.length - shown.length
  const sortBy = (/** @type {SortKey} */ sort) =>
    change({ sort, descending: view.sort === sort ? !view.descending : sort !== 'id' })
  const head = (/** @type {SortKey} */ key, /** @type {string} */ text) =>
    html(
      'th',
      {
        scope: 'col',
        'aria-sort': view.sort !== key ? 'none' : view.descending ? 'descending' : 'ascending',
      },
      html('button', { type: 'button', class: 'sort', onclick: () => sortBy(key) }, text),
    )
  return html(
    'section',
    { id: 'homes' },
    html('h2', {}, words.homes),
    html('p', { class: 'help' }, words.homesHelp),
    contenderChoice(data, view, change),
    html(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.homes },
      html(
        'table',
        { class: 'homes' },
        html(
          'thead',
          {},
          html(
            'tr',
            {},
            head('id', words.home),
            html('th', { scope: 'col', class: 'words' }, words.meters),
            head('alerts', words.alerts),
            head('aMonth', words.aMonth),
            head('share', words.share),
            head('under', words.under),
            head('lifeless', words.lifeless),
          ),
        ),
        html('tbody', {}, ...shown.map((one) => rowOf(one, view, change))),
      ),
    ),
    left > 0
      ? html(
          'button',
          { type: 'button', class: 'more', onclick: () => change({ allRows: true }) },
          words.showAll(left),
        )
      : null,
    data.rowsLeftOut > 0
      ? html('p', { class: 'note' }, words.rowsLeftOut(data.rowsLeftOut, data.homes.length))
      : null,
  )
}

/** @param {ReportHome} home @param {ReportData} data @param {number} contender */
function figuresOf(home, data, contender) {
  const alerts = home.alerts[contender] ?? 0
  const total = data.contenders[contender]?.alerts ?? 0
  return {
    home,
    id: home.id,
    alerts,
    aMonth: home.months > 0 ? alerts / home.months : null,
    share: total > 0 && home.scored ? alerts / total : null,
    under: home.months > 0 ? (home.underHours[contender] ?? 0) / (home.months * HOURS_A_MONTH) : null,
    lifeless: home.observedDays > 0 ? home.lifelessDays / home.observedDays : null,
  }
}

/** @param {View} view */
function order({ sort, descending }) {
  const sign = descending ? -1 : 1
  return (/** @type {ReturnType<typeof figuresOf>} */ a, /** @type {ReturnType<typeof figuresOf>} */ b) => {
    if (sort === 'id') return sign * a.id.localeCompare(b.id, 'en', { numeric: true })
    return sign * ((a[sort] ?? -1) - (b[sort] ?? -1)) || a.id.localeCompare(b.id, 'en', { numeric: true })
  }
}

/** @param {ReturnType<typeof figuresOf>} one @param {View} view @param {(change: Partial<View>) => void} change */
function rowOf(one, view, change) {
  const words = WORDS[view.lang]
  /** @type {Record<string, string>} */
  const kinds = words.kinds
  const { home } = one
  const place = home.timeline
  const tags = [
    (one.lifeless ?? 0) >= PART_TIME ? words.partTime : null,
    home.scored ? null : words.short,
  ].filter((tag) => tag !== null)
  return html(
    'tr',
    { class: place === view.home && place >= 0 ? 'chosen' : '' },
    html(
      'th',
      { scope: 'row' },
      place < 0
        ? html('span', { class: 'id' }, home.id)
        : html(
            'button',
            { type: 'button', class: 'link id', onclick: () => change({ home: place }) },
            home.id,
          ),
      ...tags.map((tag) => html('span', { class: 'tag' }, tag)),
    ),
    html('td', { class: 'words' }, home.meters.map((kind) => kinds[kind] ?? kind).join(' + ')),
    ...[
      String(one.alerts),
      decimal(one.aMonth),
      percent(one.share, 1),
      percent(Math.min(1, one.under ?? 0), 1),
      percent(one.lifeless),
    ].map((cell) => html('td', {}, cell)),
  )
}
