// @ts-check
import { html } from './elements.js'
import { homes } from './homes.js'
import { load } from './load.js'
import { summary } from './summary.js'
import { timeline } from './timeline.js'
import { tradeOff } from './trade-off.js'
import { WORDS } from './words.js'

/** @typedef {import('../report-data.ts').ReportData} ReportData */
/**
 * @typedef {import('./trade-off.js').View & import('./load.js').View & import('./homes.js').View
 *   & import('./timeline.js').View & { dark: boolean }} PageView
 */

const SECTIONS = { summary, 'trade-off': tradeOff, load, homes, timeline }
/** @typedef {keyof typeof SECTIONS} SectionName */

/** What must be drawn anew when a part of the view changes; everything where a part is not named. */
/** @type {Partial<Record<keyof PageView, SectionName[]>>} */
const TOUCHED = {
  metric: ['trade-off'],
  contender: ['load', 'homes'],
  sort: ['homes'],
  descending: ['homes'],
  allRows: ['homes'],
  home: ['homes', 'timeline'],
  search: ['timeline'],
  range: ['timeline'],
  day: ['timeline'],
  beside: ['timeline'],
}

function start() {
  const source = document.getElementById('data')
  const page = document.getElementById('page')
  if (source === null || page === null) return
  /** @type {ReportData} */
  const data = JSON.parse(source.textContent ?? 'null')
  const yardstick = data.contenders.findIndex(({ rule }) => rule === 'silent-24h')
  /** @type {PageView} */
  const view = {
    lang: navigator.language.startsWith('zh') ? 'zh' : 'en',
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    metric: 'delay',
    contender: data.chosen,
    sort: 'alerts',
    descending: true,
    allRows: false,
    home: data.timelines.length > 0 ? 0 : -1,
    search: '',
    range: 'all',
    day: data.firstDay,
    beside: yardstick,
  }

  /** @param {Partial<PageView>} change */
  function update(change) {
    Object.assign(view, change)
    const names = /** @type {(keyof PageView)[]} */ (Object.keys(change))
    const touched = names.every((name) => TOUCHED[name] !== undefined)
      ? new Set(names.flatMap((name) => TOUCHED[name] ?? []))
      : null
    if (touched === null) return drawAll()
    for (const name of touched) document.getElementById(name)?.replaceWith(SECTIONS[name](data, view, update))
    if (names.includes('home') && !names.includes('search'))
      document.getElementById('timeline')?.scrollIntoView()
    if (names.length === 1 && names[0] === 'contender') keepInView()
  }

  function keepInView() {
    const section = document.getElementById('load')
    if (section !== null && section.getBoundingClientRect().top > innerHeight) section.scrollIntoView()
  }

  function drawAll() {
    const { lang, dark } = view
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
    document.title = `Hearthline · ${WORDS[lang].title}`
    page?.replaceChildren(
      header(data, view, update),
      html('main', {}, ...Object.values(SECTIONS).map((section) => section(data, view, update))),
    )
  }

  drawAll()
  // The parts did not exist yet when the browser looked for the one that the address names.
  if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView()
}

/** @param {ReportData} data @param {PageView} view @param {(change: Partial<PageView>) => void} change */
function header(data, view, change) {
  const words = WORDS[view.lang]
  return html(
    'header',
    {},
    html(
      'div',
      {},
      html('p', { class: 'brand' }, 'Hearthline'),
      html('h1', {}, words.title),
      html('p', { class: 'lead' }, words.lead),
      html('p', { class: 'source' }, words.source(data)),
    ),
    html(
      'div',
      { class: 'switches' },
      html(
        'button',
        { type: 'button', onclick: () => change({ lang: view.lang === 'en' ? 'zh' : 'en' }) },
        words.other,
      ),
      html(
        'button',
        { type: 'button', onclick: () => change({ dark: !view.dark }) },
        view.dark ? words.light : words.dark,
      ),
    ),
  )
}

start()
