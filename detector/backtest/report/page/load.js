// @ts-check
import { barPath, ticksTo } from './chart.js'
import { drawing, html, selection, svg } from './elements.js'
import { dateOf, nameOf, WORDS } from './words.js'

/** @typedef {import('../report-data.ts').ReportData} ReportData */
/** @typedef {import('./words.js').Lang} Lang */
/** @typedef {{ lang: Lang, contender: number }} View */

/** Narrower bars than this are drawn by the week. */
const LEAST_DAY_WIDTH = 2
const WEEK = 7
/** Pictures of fewer days have ticks for weeks, not months. */
const SHORT_DAYS = 100
/** 1 January 1970 was a Thursday; weeks begin on Mondays. */
const MONDAY_SHIFT = 3

/** What a rule would have asked of the desk, day by day. @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change */
export function load(data, view, change) {
  const words = WORDS[view.lang]
  const one = data.contenders[view.contender]
  const byDay = one?.byDay ?? []
  const busiest = byDay.reduce((best, count, at) => (count > (byDay[best] ?? 0) ? at : best), 0)
  const total = byDay.reduce((sum, count) => sum + count, 0)
  const quiet = byDay.filter((count) => count === 0).length / Math.max(1, byDay.length)
  return html(
    'section',
    { id: 'load' },
    html('h2', {}, words.load),
    html('p', { class: 'help' }, words.loadHelp),
    contenderChoice(data, view, change),
    html(
      'p',
      { class: 'said' },
      words.loadFacts(total, byDay[busiest] ?? 0, dateOf(data.firstDay + busiest), quiet),
    ),
    drawing((width) => drawDays(data.firstDay, byDay, width, view.lang)),
    html('h3', {}, words.byHour),
    drawing((width) => drawHours(one?.byHour ?? [], Math.min(width, 560))),
  )
}

/** @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change */
export function contenderChoice(data, view, change) {
  return selection(
    WORDS[view.lang].rule,
    data.contenders.map((one, at) => /** @type {const} */ ([String(at), nameOf(one, view.lang)])),
    String(view.contender),
    (value) => change({ contender: Number(value) }),
  )
}

/** @param {number} firstDay @param {readonly number[]} byDay @param {number} width @param {Lang} lang */
function drawDays(firstDay, byDay, width, lang) {
  const room = { left: 34, right: width - 6, top: 22, bottom: 168 }
  const daily = (room.right - room.left) / byDay.length >= LEAST_DAY_WIDTH
  const lead = daily ? 0 : (firstDay + MONDAY_SHIFT) % WEEK
  const counts = daily ? [...byDay] : byWeek(byDay, lead)
  const most = Math.max(1, ...counts)
  const step = (room.right - room.left) / counts.length
  const scale = (room.bottom - room.top) / most
  const picture = svg('svg', {
    viewBox: `0 0 ${width} 192`,
    width,
    height: 192,
    role: 'img',
    'aria-label': WORDS[lang].load,
  })
  for (const tick of ticksTo(most, 4).filter((each) => Number.isInteger(each))) {
    const y = room.bottom - tick * scale
    picture.append(
      svg('line', { x1: room.left, x2: room.right, y1: y, y2: y, class: 'grid' }),
      svg('text', { x: room.left - 6, y: y + 4, class: 'tick end' }, String(tick)),
    )
  }
  picture.append(
    svg('text', { x: 0, y: 12, class: 'axis' }, daily ? WORDS[lang].perDay : WORDS[lang].perWeek),
  )
  const dayX = (/** @type {number} */ day) =>
    room.left + (daily ? day - firstDay : (day - firstDay + lead) / WEEK) * step
  picture.append(...monthTicks(firstDay, byDay.length, dayX, room.bottom, room.right))
  const bar = Math.max(1, step - (step > 4 ? 1 : 0.4))
  const path = barPath(
    counts,
    (at) => room.left + at * step,
    bar,
    (count) => count * scale,
    room.bottom,
  )
  picture.append(svg('path', { d: path, class: 'bars' }))
  return picture
}

/** @param {readonly number[]} byDay @param {number} lead days of the first week before the first day */
function byWeek(byDay, lead) {
  const weeks = Array.from({ length: Math.ceil((byDay.length + lead) / WEEK) }, () => 0)
  for (const [at, count] of byDay.entries()) {
    const week = Math.floor((at + lead) / WEEK)
    weeks[week] = (weeks[week] ?? 0) + count
  }
  return weeks
}

/**
 * The months under a picture, or the weeks of a short one, as many as have room.
 * @param {number} firstDay @param {number} days @param {(day: number) => number} x @param {number} y @param {number} right
 */
export function monthTicks(firstDay, days, x, y, right) {
  /** @type {Node[]} */
  const ticks = []
  let freeFrom = -Infinity
  for (let day = firstDay; day < firstDay + days; day++) {
    const date = dateOf(day)
    if (days > SHORT_DAYS ? !date.endsWith('-01') : (day + MONDAY_SHIFT) % WEEK !== 0) continue
    const at = x(day)
    ticks.push(svg('line', { x1: at, x2: at, y1: y, y2: y + 5, class: 'axis-line' }))
    const text =
      days <= SHORT_DAYS ? date.slice(5) : date.endsWith('-01-01') ? date.slice(0, 4) : date.slice(0, 7)
    if (at < freeFrom || at + 54 > right) continue
    freeFrom = at + 62
    ticks.push(svg('text', { x: at + 3, y: y + 16, class: 'tick' }, text))
  }
  return ticks
}

/** @param {readonly number[]} byHour @param {number} width */
function drawHours(byHour, width) {
  const room = { left: 34, right: width - 6, top: 8, bottom: 88 }
  const most = Math.max(1, ...byHour)
  const step = (room.right - room.left) / 24
  const scale = (room.bottom - room.top) / most
  const picture = svg('svg', { viewBox: `0 0 ${width} 110`, width, height: 110, role: 'img' })
  for (const hour of [0, 6, 12, 18]) {
    picture.append(
      svg('text', { x: room.left + hour * step, y: room.bottom + 16, class: 'tick' }, `${hour}:00`),
    )
  }
  picture.append(
    svg('line', { x1: room.left, x2: room.right, y1: room.bottom, y2: room.bottom, class: 'axis-line' }),
    svg('text', { x: room.left - 6, y: room.top + 8, class: 'tick end' }, String(most)),
    svg('path', {
      d: barPath(
        byHour,
        (hour) => room.left + hour * step,
        Math.max(1, step - 2),
        (count) => count * scale,
        room.bottom,
      ),
      class: 'bars',
    }),
  )
  return picture
}
