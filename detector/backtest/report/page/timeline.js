// @ts-check
import { drawing, html, segments, selection, svg } from './elements.js'
import { monthTicks } from './load.js'
import { dateOf, hours, nameOf, timeOf, WORDS } from './words.js'

/** @typedef {import('../report-data.ts').ReportData} ReportData */
/** @typedef {import('../report-data.ts').ReportTimeline} ReportTimeline */
/** @typedef {import('../report-data.ts').ReportAlert} ReportAlert */
/** @typedef {import('./words.js').Lang} Lang */
/** @typedef {'all' | 'quarter' | 'month'} Range */
/**
 * `day`: the first day shown of a range shorter than all; `beside`: the contender drawn beside the chosen one, -1: none.
 * @typedef {{ lang: Lang, home: number, range: Range, day: number, beside: number, search: string }} View
 */

const HOURS = 24
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const LIFE = 2
const RANGE_DAYS = { quarter: 91, month: 31 }
/** Silences as long as this are drawn. */
const LONG_SILENCE_HOURS = 12
const HOUR_HEIGHT = 5
/** A day is at least as wide as this, or the drawing scrolls. */
const LEAST_DAY_WIDTH = 1.6
const LEFT = 84

/** Any home of the page, day by day. @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change */
export function timeline(data, view, change) {
  const words = WORDS[view.lang]
  const home = data.timelines[view.home]
  const readout = html('p', { class: 'readout', 'aria-live': 'polite' }, words.readoutIdle)
  return html(
    'section',
    { id: 'timeline' },
    html('h2', {}, words.timeline),
    html('p', { class: 'help' }, words.timelineHelp),
    homeChoice(data, view, change),
    home === undefined ? html('p', {}, words.noSuchHome) : html('h3', { class: 'id' }, home.id),
    home === undefined ? null : controls(data, home, view, change),
    home === undefined ? null : legend(view.lang),
    home === undefined ? null : readout,
    home === undefined
      ? null
      : html(
          'div',
          { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${words.timeline}: ${home.id}` },
          drawing((width) => draw(home, view, width, readout)),
        ),
    home === undefined ? null : alertList(home, view, change),
    data.timelinesLeftOut > 0
      ? html('p', { class: 'note' }, words.timelinesLeftOut(data.timelinesLeftOut, data.timelines.length))
      : null,
  )
}

/** @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change */
function homeChoice(data, view, change) {
  const words = WORDS[view.lang]
  const input = html('input', {
    type: 'search',
    list: 'home-ids',
    autocomplete: 'off',
    spellcheck: 'false',
    value: view.search,
    onchange: () => {
      const wanted = input.value.trim().toLowerCase()
      const exact = data.timelines.findIndex(({ id }) => id.toLowerCase() === wanted)
      const found =
        exact >= 0 ? exact : data.timelines.findIndex(({ id }) => id.toLowerCase().includes(wanted))
      change({ home: wanted === '' ? view.home : found, search: found < 0 ? input.value : '' })
    },
  })
  const count = data.timelines.length
  const go = (/** @type {number} */ by) => change({ home: (view.home + by + count) % count, search: '' })
  return html(
    'div',
    { class: 'controls' },
    html('label', { class: 'field' }, html('span', {}, words.find), input),
    html('datalist', { id: 'home-ids' }, ...data.timelines.map(({ id }) => html('option', { value: id }))),
    html('button', { type: 'button', onclick: () => go(-1) }, words.previous),
    html('button', { type: 'button', onclick: () => go(1) }, words.next),
  )
}

/** @param {ReportData} data @param {ReportTimeline} home @param {View} view @param {(change: Partial<View>) => void} change */
function controls(data, home, view, change) {
  const words = WORDS[view.lang]
  /** @type {readonly (readonly [string, string])[]} */
  const ranges = Object.entries(words.ranges)
  const { first, days } = daysShown(home, view)
  const move = (/** @type {number} */ by) => change({ day: first + by * days })
  return html(
    'div',
    { class: 'controls' },
    segments(words.timeline, ranges, view.range, (range) =>
      change({ range: /** @type {Range} */ (range), day: first }),
    ),
    view.range === 'all'
      ? null
      : html(
          'div',
          { class: 'segments' },
          html('button', { type: 'button', onclick: () => move(-1) }, words.earlier),
          html('button', { type: 'button', onclick: () => move(1) }, words.later),
        ),
    selection(
      words.compareWith,
      [
        ['-1', words.nothing],
        ...data.contenders
          .map((one, at) => /** @type {const} */ ([String(at), nameOf(one, view.lang)]))
          .filter((_, at) => at !== data.chosen),
      ],
      String(view.beside),
      (value) => change({ beside: Number(value) }),
    ),
  )
}

/** @param {Lang} lang */
function legend(lang) {
  const words = WORDS[lang].legend
  return html(
    'p',
    { class: 'legend' },
    ...Object.entries(words).map(([kind, text]) =>
      html('span', {}, html('i', { class: `swatch ${kind}` }), text),
    ),
  )
}

/** The days in view, within the home's own. @param {ReportTimeline} home @param {View} view */
function daysShown(home, view) {
  if (view.range === 'all') return { first: home.firstDay, days: home.days }
  const days = Math.min(home.days, RANGE_DAYS[view.range])
  const last = home.firstDay + home.days - days
  return { first: Math.max(home.firstDay, Math.min(last, view.day)), days }
}

/** @param {ReportTimeline} home cells of all its hours, unpacked */
function cellsOf(home) {
  const bytes = Uint8Array.from(atob(home.cells), (char) => char.charCodeAt(0))
  return Uint8Array.from(
    { length: home.days * HOURS },
    (_, at) => ((bytes[at >> 2] ?? 0) >> (2 * (at & 3))) & 3,
  )
}

/**
 * @param {ReportTimeline} home @param {View} view @param {number} outer
 * @param {HTMLElement} readout
 */
function draw(home, view, outer, readout) {
  const words = WORDS[view.lang]
  const { first, days } = daysShown(home, view)
  const dayWidth = Math.max(LEAST_DAY_WIDTH, (outer - LEFT - 8) / days)
  const width = Math.ceil(LEFT + days * dayWidth + 8)
  const cells = cellsOf(home)
  const x = (/** @type {number} */ day) => LEFT + (day - first) * dayWidth
  const picture = svg('svg', { role: 'img', 'aria-label': `${words.timeline}: ${home.id}` })
  let y = 6
  const row = (/** @type {string} */ text, /** @type {number} */ at) =>
    picture.append(svg('text', { x: 0, y: at, class: 'tick' }, text))
  row(words.lanes.chosen, y + 11)
  for (const alert of home.alerts) {
    picture.append(
      ...bar(
        alert.raisedMs / DAY_MS,
        alert.clearedMs === null ? null : alert.clearedMs / DAY_MS,
        y,
        14,
        `alert ${alert.severity}`,
      ),
    )
  }
  y += 20
  if (view.beside >= 0) {
    row(words.lanes.other, y + 10)
    const spans = home.spans[view.beside] ?? []
    for (let at = 0; at < spans.length; at += 2) {
      const cleared = spans[at + 1] ?? -1
      picture.append(
        ...bar((spans[at] ?? 0) / HOURS, cleared < 0 ? null : cleared / HOURS, y, 12, 'alert beside'),
      )
    }
    y += 18
  }
  row(words.lanes.silence, y + 8)
  for (const { from, to } of silencesOf(cells)) {
    picture.append(...bar(home.firstDay + from / HOURS, home.firstDay + to / HOURS, y, 8, 'silence'))
  }
  y += 16
  const strip = y
  for (const kind of ['unknown', 'silent', 'life']) {
    picture.append(
      svg('path', {
        d: stripPath(cells, home, first, days, kind, x, strip, dayWidth),
        class: `cell ${kind}`,
      }),
    )
  }
  for (const hour of [0, 6, 12, 18, 24]) {
    picture.append(
      svg('text', { x: LEFT - 6, y: strip + hour * HOUR_HEIGHT + 4, class: 'tick end' }, `${hour}:00`),
    )
  }
  y += HOURS * HOUR_HEIGHT + 8
  picture.append(...monthTicks(first, days, x, y - 6, width))
  y += 18
  for (const { kind, perDay } of home.use)
    y = drawUse(picture, kind, perDay, y, { home, first, days, x, dayWidth, lang: view.lang })
  picture.setAttribute('viewBox', `0 0 ${width} ${y}`)
  picture.setAttribute('width', String(width))
  picture.setAttribute('height', String(y))
  const hover = svg('rect', {
    y: 0,
    width: Math.max(1, dayWidth),
    height: y,
    class: 'hover',
    visibility: 'hidden',
  })
  picture.append(hover)
  picture.addEventListener('pointermove', (event) => {
    const day = first + Math.floor((event.clientX - picture.getBoundingClientRect().left - LEFT) / dayWidth)
    if (day < first || day >= first + days) return
    hover.setAttribute('x', String(x(day)))
    hover.setAttribute('visibility', 'visible')
    readout.textContent = readDay(home, cells, day, view.lang)
  })
  return picture

  /** @param {number} from @param {number | null} to days @param {number} top @param {number} height @param {string} kind */
  function bar(from, to, top, height, kind) {
    const end = Math.min(to ?? home.firstDay + home.days, first + days)
    const start = Math.max(from, first)
    if (end < first || start > first + days || end < start) return []
    return [
      svg('rect', {
        x: x(start),
        y: top,
        width: Math.max(2, (end - start) * dayWidth),
        height,
        rx: 2,
        class: kind,
      }),
    ]
  }
}

/**
 * The cells of one kind as one path, runs of hours in one piece.
 * @param {Uint8Array} cells @param {ReportTimeline} home @param {number} first @param {number} days
 * @param {string} kind @param {(day: number) => number} x @param {number} top @param {number} dayWidth
 */
function stripPath(cells, home, first, days, kind, x, top, dayWidth) {
  const wanted = kind === 'life' ? LIFE : kind === 'silent' ? 1 : 0
  const wide = (dayWidth > 5 ? dayWidth - 0.6 : dayWidth + 0.05).toFixed(2)
  let path = ''
  for (let day = first; day < first + days; day++) {
    const at = (day - home.firstDay) * HOURS
    for (let hour = 0; hour < HOURS; hour++) {
      if (cells[at + hour] !== wanted) continue
      let run = 1
      while (hour + run < HOURS && cells[at + hour + run] === wanted) run++
      path += `M${x(day).toFixed(2)} ${top + hour * HOUR_HEIGHT}h${wide}v${run * HOUR_HEIGHT}h-${wide}z`
      hour += run
    }
  }
  return path
}

/** Stretches of observed hours without life; a day and more without data ends one. @param {Uint8Array} cells */
function silencesOf(cells) {
  /** @type {{ from: number, to: number }[]} */
  const silences = []
  let from = -1
  let unknown = 0
  for (let at = 0; at <= cells.length; at++) {
    const cell = cells[at] ?? LIFE
    unknown = cell === 0 ? unknown + 1 : 0
    if (cell === 1 && from < 0) from = at
    if (from < 0 || (cell !== LIFE && unknown < HOURS)) continue
    if (at - unknown - from >= LONG_SILENCE_HOURS) silences.push({ from, to: at - unknown })
    from = -1
  }
  return silences
}

/**
 * @param {SVGSVGElement} picture @param {string} kind @param {readonly (number | null)[]} perDay @param {number} y
 * @param {{ home: ReportTimeline, first: number, days: number, x: (day: number) => number, dayWidth: number, lang: Lang }} frame
 * @returns {number} where the next row begins
 */
function drawUse(picture, kind, perDay, y, { home, first, days, x, dayWidth, lang }) {
  const height = 56
  const shown = perDay.slice(first - home.firstDay, first - home.firstDay + days)
  // One day of a burst pipe must not flatten all the others.
  const sorted = shown.filter((value) => value !== null).toSorted((a, b) => a - b)
  const most = Math.max(1e-9, sorted[Math.floor(sorted.length * 0.98)] ?? 0)
  const base = y + 16 + height
  let path = ''
  for (const [at, value] of shown.entries()) {
    if (value === null || value <= 0) continue
    const high = Math.min(1, value / most) * height
    const wide = Math.max(1, dayWidth - (dayWidth > 4 ? 1 : 0))
    path += `M${x(first + at).toFixed(2)} ${base}h${wide.toFixed(2)}v-${high.toFixed(1)}h-${wide.toFixed(2)}z`
  }
  /** @type {Record<string, string>} */
  const words = WORDS[lang].perDayUse
  picture.append(
    svg('text', { x: LEFT, y: y + 10, class: 'axis' }, words[kind] ?? kind),
    svg('text', { x: LEFT - 6, y: y + 24, class: 'tick end' }, String(Number(most.toPrecision(2)))),
    svg('text', { x: LEFT - 6, y: base, class: 'tick end' }, '0'),
    svg('line', { x1: LEFT, x2: x(first + days), y1: base, y2: base, class: 'axis-line' }),
    svg('path', { d: path, class: `use ${kind}` }),
  )
  return base + 12
}

/** @param {ReportTimeline} home @param {Uint8Array} cells @param {number} day @param {Lang} lang */
function readDay(home, cells, day, lang) {
  const at = day - home.firstDay
  const ofDay = cells.subarray(at * HOURS, (at + 1) * HOURS)
  const use = home.use.flatMap(({ kind, perDay }) => {
    const value = perDay[at]
    return value === null || value === undefined ? [] : `${value} ${kind === 'water' ? 'L' : 'kWh'}`
  })
  const life = ofDay.filter((cell) => cell === LIFE).length
  return WORDS[lang].readout(dateOf(day), use.join(', '), life, ofDay.filter((cell) => cell > 0).length)
}

/** The home's alerts in words. @param {ReportTimeline} home @param {View} view @param {(change: Partial<View>) => void} change */
function alertList(home, view, change) {
  const words = WORDS[view.lang]
  if (home.alerts.length === 0) return html('p', {}, words.noAlerts)
  return html(
    'div',
    {},
    html('h3', {}, words.alertsTitle(home.alerts.length)),
    html('ol', { class: 'alerts' }, ...home.alerts.map((alert) => alertItem(alert, view, change))),
  )
}

/** @param {ReportAlert} alert @param {View} view @param {(change: Partial<View>) => void} change */
function alertItem(alert, view, change) {
  const words = WORDS[view.lang]
  /** @type {Record<string, string>} */
  const severities = words.severity
  /** @type {Record<string, string>} */
  const kinds = words.alertKinds
  const lasted = alert.clearedMs === null ? null : (alert.clearedMs - alert.raisedMs) / HOUR_MS
  const show = () => change({ range: 'month', day: Math.floor(alert.raisedMs / DAY_MS) - 15 })
  return html(
    'li',
    {},
    html('span', { class: `chip ${alert.severity}` }, severities[alert.severity] ?? alert.severity),
    html('button', { type: 'button', class: 'link', onclick: show }, timeOf(alert.raisedMs)),
    ' ',
    html('span', { class: 'muted' }, `${kinds[alert.kind] ?? alert.kind}, `),
    html(
      'span',
      { class: 'muted' },
      alert.clearedMs === null
        ? words.open
        : `${words.cleared} ${timeOf(alert.clearedMs)}, ${words.after(hours(lasted === null ? null : Math.min(lasted, 335), view.lang))}`,
    ),
    html('p', {}, alert[view.lang]),
  )
}
