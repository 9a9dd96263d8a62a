// @ts-check
import { logTicks, placeLabel, ticksTo } from './chart.js'
import { drawing, html, segments, svg } from './elements.js'
import { decimal, hours, nameOf, NEVER_HOURS, percent, WORDS } from './words.js'

/** @typedef {import('../report-data.ts').ReportData} ReportData */
/** @typedef {import('../report-data.ts').ReportContender} ReportContender */
/** @typedef {import('./words.js').Lang} Lang */
/** @typedef {'delay' | 'in24' | 'in48'} Metric */
/** @typedef {{ lang: Lang, metric: Metric, contender: number }} View */

/** Delays beyond three days are drawn at the edge. */
const MOST_HOURS = 72
/** So are rules that hardly ever speak. */
const LEAST_RATE = 0.06

/**
 * What a budget buys: the curve of our own budgets, the fixed rules as points beside it, and the figures as a table.
 * @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change
 */
export function tradeOff(data, view, change) {
  const words = WORDS[view.lang]
  /** @type {readonly (readonly [string, string])[]} */
  const metrics = Object.entries(words.metrics)
  return html(
    'section',
    { id: 'trade-off' },
    html('h2', {}, words.tradeOff),
    html('p', { class: 'help' }, words.tradeOffHelp),
    segments(words.tradeOff, metrics, view.metric, (metric) =>
      change({ metric: /** @type {Metric} */ (metric) }),
    ),
    drawing((width) => draw(data, view, width)),
    scoreTable(data, view, change),
  )
}

/** @param {ReportContender} one @param {Metric} metric */
function valueOf(one, metric) {
  if (metric === 'delay') return one.medianDelayHours
  return metric === 'in24' ? one.within24h : one.within48h
}

/** @param {ReportData} data @param {View} view @param {number} width */
function draw(data, view, width) {
  const height = Math.max(260, Math.min(420, Math.round(width * 0.5)))
  const room = { left: 52, right: width - 14, top: 16, bottom: height - 46 }
  const shown = data.contenders.filter(
    (one) => (one.alertsPerHomeMonth ?? 0) > 0 && valueOf(one, view.metric) !== null,
  )
  const rates = shown.map((one) => one.alertsPerHomeMonth ?? 1)
  const low = Math.max(LEAST_RATE, Math.min(0.1, ...rates)) / 1.2
  const high = Math.max(1, ...rates) * 1.2
  const isDelay = view.metric === 'delay'
  const delays = shown.map((one) => one.medianDelayHours ?? 0).filter((delay) => delay < MOST_HOURS)
  const top = isDelay ? Math.min(MOST_HOURS, Math.max(24, ...delays) * 1.1) : 1
  const x = (/** @type {number} */ rate) =>
    room.left +
    ((Math.log(Math.max(rate, low)) - Math.log(low)) / (Math.log(high) - Math.log(low))) *
      (room.right - room.left)
  const y = (/** @type {number} */ value) =>
    room.bottom - (Math.min(value, top) / top) * (room.bottom - room.top)
  const tickWords = (/** @type {number} */ tick) => (isDelay ? hours(tick, view.lang) : percent(tick))
  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': WORDS[view.lang].tradeOff,
  })
  for (const tick of isDelay ? [0, 6, 12, 24, 36, 48, 60, 72].filter((each) => each <= top) : ticksTo(1, 5)) {
    picture.append(
      svg('line', { x1: room.left, x2: room.right, y1: y(tick), y2: y(tick), class: 'grid' }),
      svg('text', { x: room.left - 8, y: y(tick) + 4, class: 'tick end' }, tickWords(tick)),
    )
  }
  for (const tick of logTicks(low, high)) {
    picture.append(
      svg('line', { x1: x(tick), x2: x(tick), y1: room.top, y2: room.bottom, class: 'grid' }),
      svg('text', { x: x(tick), y: room.bottom + 18, class: 'tick middle' }, String(tick)),
    )
  }
  picture.append(
    svg(
      'text',
      { x: (room.left + room.right) / 2, y: height - 8, class: 'axis middle' },
      WORDS[view.lang].xAxis,
    ),
  )
  const place = (/** @type {ReportContender} */ one) => ({
    px: x(one.alertsPerHomeMonth ?? low),
    py: y(valueOf(one, view.metric) ?? 0),
  })
  const ours = shown
    .filter((one) => one.rule === 'evidence')
    .sort((a, b) => (a.budget ?? 0) - (b.budget ?? 0))
  const line = ours
    .map(place)
    .map(({ px, py }, at) => `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`)
  picture.append(svg('path', { d: line.join(''), class: 'ours line' }))
  /** @type {{ x: number, y: number, w: number, h: number }[]} */
  const taken = shown.map(place).map(({ px, py }) => ({ x: px - 7, y: py - 7, w: 14, h: 14 }))
  for (const one of [...shown.filter((each) => each.rule !== 'evidence'), ...ours]) {
    const { px, py } = place(one)
    const own = one.rule === 'evidence'
    const chosen = data.contenders[data.chosen] === one
    const mark = own
      ? svg('circle', {
          cx: px,
          cy: py,
          r: chosen ? 7 : 4.5,
          class: chosen ? 'ours mark chosen' : 'ours mark',
        })
      : svg('path', {
          d: `M${px} ${py - 7}l7 7l-7 7l-7-7z`,
          class: chosen ? 'rule mark chosen' : 'rule mark',
        })
    mark.append(svg('title', {}, tipOf(one, view.lang)))
    picture.append(mark)
    const text = own ? String(one.budget) : nameOf({ rule: one.rule, budget: null }, view.lang)
    const label = placeLabel(text, px, py, room, taken, own ? 'label ours' : 'label', own)
    if (label !== null) picture.append(label)
  }
  return picture
}

/** @param {ReportContender} one @param {Lang} lang */
function tipOf(one, lang) {
  const { columns } = WORDS[lang]
  return [
    nameOf(one, lang),
    `${columns.perMonth}: ${decimal(one.alertsPerHomeMonth)}`,
    `${columns.delay}: ${hours(one.medianDelayHours, lang)}`,
    `${columns.in24}: ${percent(one.within24h)}`,
    `${columns.never}: ${percent(one.neverFound)}`,
  ].join('\n')
}

/** @param {ReportData} data @param {View} view @param {(change: Partial<View>) => void} change */
function scoreTable(data, view, change) {
  const { columns } = WORDS[view.lang]
  const heads = Object.values(columns)
  const rows = data.contenders.map((one, at) =>
    html(
      'tr',
      { class: at === data.chosen ? 'chosen' : '' },
      html(
        'th',
        { scope: 'row' },
        html(
          'button',
          { type: 'button', class: 'link', onclick: () => change({ contender: at }) },
          nameOf(one, view.lang),
        ),
      ),
      ...[
        decimal(one.alertsPerHomeMonth),
        decimal(one.medianHome),
        decimal(one.knocksPerDay, 1),
        percent(one.underAlert, 1),
        hours((one.medianDelayHours ?? 0) >= NEVER_HOURS ? NEVER_HOURS : one.medianDelayHours, view.lang),
        percent(one.within24h),
        percent(one.within48h),
        percent(one.neverFound),
      ].map((cell) => html('td', {}, cell)),
    ),
  )
  return html(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': WORDS[view.lang].tradeOff },
    html(
      'table',
      {},
      html('thead', {}, html('tr', {}, ...heads.map((head) => html('th', { scope: 'col' }, head)))),
      html('tbody', {}, ...rows),
    ),
  )
}
