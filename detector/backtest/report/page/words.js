// @ts-check

/** @typedef {'en' | 'zh'} Lang */
/** @typedef {Pick<import('../report-data.ts').ReportContender, 'rule' | 'budget'>} Named */

/** Names of the rules, long and short, per language. */
const RULE_NAMES = {
  en: {
    evidence: 'Hearthline',
    registered: 'As registered',
    'below-10l-12h': 'under 10 L in 12 h',
    'below-10l-24h': 'under 10 L in 24 h',
    'silent-by-tier': 'no use 50/36/24 h by risk',
    'silent-peaks': 'no use in both peaks',
    'silent-24h': 'no use for 24 h',
    'silent-48h': 'no use for 48 h',
  },
  zh: {
    evidence: 'Hearthline',
    registered: '按登记规则',
    'below-10l-12h': '12 小时不足 10 升',
    'below-10l-24h': '24 小时不足 10 升',
    'silent-by-tier': '按风险 50/36/24 小时无用量',
    'silent-peaks': '早晚高峰均无用量',
    'silent-24h': '24 小时无用量',
    'silent-48h': '48 小时无用量',
  },
}

/**
 * @param {Named} contender
 * @param {Lang} lang
 */
export function nameOf({ rule, budget }, lang) {
  /** @type {Record<string, string>} */
  const names = RULE_NAMES[lang]
  const name = names[rule] ?? rule
  if (budget === null) return name
  return lang === 'en' ? `${name}, budget ${budget}` : `${name}，预算 ${budget}`
}

/** @param {number | null} value */
export function percent(value, digits = 0) {
  return value === null ? '–' : `${(100 * value).toFixed(digits)} %`
}

/** @param {number | null} value */
export function decimal(value, digits = 2) {
  return value === null ? '–' : value.toFixed(digits)
}

/** Two weeks and more is never. */
export const NEVER_HOURS = 336

/**
 * @param {number | null} value
 * @param {Lang} lang
 */
export function hours(value, lang) {
  if (value === null) return '–'
  if (value >= NEVER_HOURS) return lang === 'en' ? 'never' : '未发现'
  const short = Number(value.toFixed(1))
  return lang === 'en' ? `${short} h` : `${short} 小时`
}

/** Local day since 1970 as `2016-08-05`. @param {number} day */
export function dateOf(day) {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

/** Wall-clock ms as `2016-08-05 14:00`. @param {number} wallMs */
export function timeOf(wallMs) {
  return new Date(wallMs).toISOString().slice(0, 16).replace('T', ' ')
}

/** @param {number} knocks a day @param {Lang} lang */
function pace(knocks, lang) {
  if (knocks >= 1)
    return lang === 'en' ? `about ${knocks.toFixed(1)} a day` : `每天约 ${knocks.toFixed(1)} 次`
  const days = knocks > 0 ? 1 / knocks : 0
  if (days === 0) return lang === 'en' ? 'none at all' : '一次也没有'
  if (days < 1.5) return lang === 'en' ? 'about one a day' : '约每天一次'
  const whole = Math.round(days)
  return lang === 'en' ? `about one every ${whole} days` : `约每 ${whole} 天一次`
}

export const WORDS = {
  en: {
    title: 'What the rules would have done',
    lead: 'A backtest over your own history, before anything is switched on.',
    other: '中文',
    dark: 'Dark',
    light: 'Light',
    summary: 'In short',
    /** @param {import('../report-data.ts').ReportContender} best @param {string} name */
    spent: (best, name) =>
      best.alertsPerHomeMonth === null
        ? 'This history is too short to be scored: no home has more than eight weeks of readings.'
        : `“${name}” would have called for ${decimal(best.alertsPerHomeMonth)} checks per home and month: in these ${best.homes} homes ${pace(best.knocksPerDay ?? 0, 'en')}. Half of the homes pay ${decimal(best.medianHome)} or less.`,
    /** @param {import('../report-data.ts').ReportContender} best */
    found: (best) =>
      best.stops === 0
        ? 'No life could be made to stop in this history: that needs eight weeks of a home without large gaps.'
        : `Life was made to stop ${best.stops} times in it. Half of the stops were noticed within ${hours(best.medianDelayHours, 'en')}, ${percent(best.within24h)} within 24 h, ${percent(best.within48h)} within 48 h; ${percent(best.neverFound)} not within two weeks.`,
    /** @param {import('../report-data.ts').ReportContender} rule @param {import('../report-data.ts').ReportContender} ours */
    against: (rule, ours) =>
      `The rule “${nameOf(rule, 'en')}” makes ${decimal(rule.alertsPerHomeMonth)} false alarms per home and month and notices half of the stops within ${hours(rule.medianDelayHours, 'en')}. With a budget of ${ours.budget}, Hearthline makes ${decimal(ours.alertsPerHomeMonth)} and needs ${hours(ours.medianDelayHours, 'en')}.`,
    /** @param {number} few @param {number} homes */
    few: (few, homes) =>
      `${few} of ${homes} homes make half of the alerts. Look at them below: a part-time dwelling may deserve another rule.`,
    caveat:
      'How to read this: nobody knows who was on holiday, so every alert in this history counts as false. The real rate is lower. Stops are simulated: water falls to the home’s quietest hours, electricity to its own nights; in homes under an alert already nobody could tell, so these are left out.',
    tiles: {
      perMonth: 'alerts per home and month',
      perDay: 'checks a day',
      delay: 'until half are found',
      in24: 'found within 24 h',
      under: 'of the time under alert',
    },
    tradeOff: 'False alarms against delay',
    tradeOffHelp:
      'Further left costs fewer checks, lower finds people sooner. The line is Hearthline at different budgets (the numbers on it); each diamond is a fixed rule.',
    xAxis: 'false alarms per home and month',
    metrics: { delay: 'median delay', in24: 'found within 24 h', in48: 'found within 48 h' },
    columns: {
      rule: 'rule',
      perMonth: 'alerts a home-month',
      median: 'median home',
      perDay: 'checks a day',
      under: 'under alert',
      delay: 'median delay',
      in24: '≤ 24 h',
      in48: '≤ 48 h',
      never: 'never',
    },
    load: 'Load per day',
    loadHelp: 'All alerts that would have reached a person, by the homes’ own clocks.',
    rule: 'Rule',
    perDay: 'alerts a day',
    perWeek: 'alerts a week',
    byHour: 'by hour of the day',
    /** @param {number} total @param {number} busiest @param {string} when @param {number} quiet */
    loadFacts: (total, busiest, when, quiet) =>
      `${total} alerts; the busiest day had ${busiest} (${when}); on ${percent(quiet)} of the days there was none.`,
    homes: 'The homes that cost most',
    homesHelp:
      'After the first four weeks of each home. A part-time dwelling is one that showed no life on a quarter of its observed days or more.',
    home: 'home',
    meters: 'meters',
    alerts: 'alerts',
    aMonth: 'a month',
    share: 'of all',
    under: 'under alert',
    lifeless: 'days without life',
    partTime: 'part-time dwelling',
    short: 'short history',
    showAll: (/** @type {number} */ more) => `Show ${more} more`,
    /** @param {number} left @param {number} shown */
    rowsLeftOut: (left, shown) =>
      `${left} more homes with fewer alerts are not listed: the page holds the ${shown} that cost most.`,
    timeline: 'One home, day by day',
    timelineHelp:
      'Each column is a day. The strip shows every hour of the day from midnight (top) to midnight: coloured where there was a sign of life.',
    find: 'Find a home',
    noSuchHome: 'No timeline of such a home here.',
    previous: 'Previous',
    next: 'Next',
    ranges: { all: 'all', quarter: '3 months', month: '1 month' },
    earlier: '◀ earlier',
    later: 'later ▶',
    lanes: { chosen: 'alerts', other: 'other rule', silence: 'silences' },
    compareWith: 'beside it',
    nothing: 'nothing',
    legend: {
      life: 'sign of life',
      silent: 'none',
      unknown: 'no data',
      silence: 'silence of 12 h and more',
    },
    perDayUse: { water: 'water, L a day', electricity: 'electricity, kWh a day' },
    kinds: { water: 'water', electricity: 'electricity' },
    noAlerts: 'No alert.',
    alertsTitle: (/** @type {number} */ n) => `${n} alert${n === 1 ? '' : 's'}`,
    raised: 'raised',
    cleared: 'cleared',
    open: 'still open',
    after: (/** @type {string} */ h) => `after ${h}`,
    severity: { yellow: 'yellow', orange: 'orange', red: 'red' },
    alertKinds: {
      inactivity: 'inactivity',
      drop: 'drop',
      decline: 'decline',
      surge: 'surge',
      'continuous-flow': 'continuous flow',
      'area-outage': 'area outage',
    },
    /** @param {number} left @param {number} shown */
    timelinesLeftOut: (left, shown) =>
      `Timelines of ${shown} homes are in this page, those with most alerts first; ${left} are left out to keep it small.`,
    /** @param {string} date @param {string} use @param {number} lifeHours @param {number} seen */
    readout: (date, use, lifeHours, seen) =>
      `${date}: ${use}${use === '' ? '' : ' · '}life in ${lifeHours} of ${seen} observed hours`,
    readoutIdle: 'Point at a day to read it.',
    /** @param {import('../report-data.ts').ReportData} data */
    source: (data) =>
      `${data.file} · ${dateOf(data.fromMs / 86_400_000)} to ${dateOf(data.toMs / 86_400_000)} · ${data.homesInFile} ${data.homesInFile === 1 ? 'home' : 'homes'} · ${data.readings.toLocaleString('en')} readings${data.badLines > 0 ? ` · ${data.badLines} bad lines passed over` : ''}`,
    /** @param {import('../report-data.ts').ReportData} data @param {number} scored */
    method: (data, scored) =>
      `${scored} homes with at least eight weeks of readings are counted, after the first four weeks of each. Stops: ${data.rounds} rounds, seed ${data.seed}, 30 % of the homes each.`,
  },
  zh: {
    title: '若当时启用，各规则会怎样',
    lead: '启用之前，先用自己的历史数据回测。',
    other: 'English',
    dark: '深色',
    light: '浅色',
    summary: '概要',
    /** @param {import('../report-data.ts').ReportContender} best @param {string} name */
    spent: (best, name) =>
      best.alertsPerHomeMonth === null
        ? '历史太短，无法评分：没有一户有八周以上的读数。'
        : `“${name}”每户每月会提出 ${decimal(best.alertsPerHomeMonth)} 次上门查看；这 ${best.homes} 户合计${pace(best.knocksPerDay ?? 0, 'zh')}。一半的住户不超过 ${decimal(best.medianHome)} 次。`,
    /** @param {import('../report-data.ts').ReportContender} best */
    found: (best) =>
      best.stops === 0
        ? '这段历史中无法模拟生活停止：需要每户至少八周且没有大段缺失的数据。'
        : `其中模拟生活停止 ${best.stops} 次：一半在 ${hours(best.medianDelayHours, 'zh')}内被发现，24 小时内发现 ${percent(best.within24h)}，48 小时内 ${percent(best.within48h)}；两周内未发现 ${percent(best.neverFound)}。`,
    /** @param {import('../report-data.ts').ReportContender} rule @param {import('../report-data.ts').ReportContender} ours */
    against: (rule, ours) =>
      `规则“${nameOf(rule, 'zh')}”每户每月误报 ${decimal(rule.alertsPerHomeMonth)} 次，一半的停止在 ${hours(rule.medianDelayHours, 'zh')}内被发现；预算 ${ours.budget} 时，Hearthline 误报 ${decimal(ours.alertsPerHomeMonth)} 次，只需 ${hours(ours.medianDelayHours, 'zh')}。`,
    /** @param {number} few @param {number} homes */
    few: (few, homes) =>
      `${homes} 户中有 ${few} 户产生了一半的告警，详见下表：间歇居住的住房可考虑另设规则。`,
    caveat:
      '如何理解：没有人知道当时谁外出度假，因此历史中的每次告警都算作误报，真实误报率更低。生活停止是模拟的：用水降到该户最安静时段的水平，用电降到该户夜间的水平；当时已有告警的住户无从判断，故不计入。',
    tiles: {
      perMonth: '每户每月告警',
      perDay: '每天上门次数',
      delay: '发现一半所需时间',
      in24: '24 小时内发现',
      under: '处于告警中的时间',
    },
    tradeOff: '误报与发现时间',
    tradeOffHelp:
      '越靠左，上门越少；越靠下，发现越早。曲线是不同预算下的 Hearthline（数字为预算），菱形是固定规则。',
    xAxis: '每户每月误报次数',
    metrics: { delay: '发现时间中位数', in24: '24 小时内发现', in48: '48 小时内发现' },
    columns: {
      rule: '规则',
      perMonth: '每户每月告警',
      median: '中位住户',
      perDay: '每天上门',
      under: '告警时间占比',
      delay: '发现时间中位数',
      in24: '≤ 24 小时',
      in48: '≤ 48 小时',
      never: '未发现',
    },
    load: '每天的工作量',
    loadHelp: '所有会送达值班人员的告警，按住户当地时间。',
    rule: '规则',
    perDay: '每天告警数',
    perWeek: '每周告警数',
    byHour: '按一天中的小时',
    /** @param {number} total @param {number} busiest @param {string} when @param {number} quiet */
    loadFacts: (total, busiest, when, quiet) =>
      `共 ${total} 次告警；最忙的一天 ${busiest} 次（${when}）；${percent(quiet)} 的日子没有告警。`,
    homes: '告警最多的住户',
    homesHelp: '各户前四周之后。间歇居住：有数据的日子中，四分之一以上没有生活迹象。',
    home: '住户',
    meters: '表计',
    alerts: '告警',
    aMonth: '每月',
    share: '占比',
    under: '告警时间',
    lifeless: '无生活迹象天数',
    partTime: '间歇居住',
    short: '历史较短',
    showAll: (/** @type {number} */ more) => `再显示 ${more} 户`,
    /** @param {number} left @param {number} shown */
    rowsLeftOut: (left, shown) => `另有 ${left} 户告警较少，未列出：本页只列告警最多的 ${shown} 户。`,
    timeline: '单户逐日情况',
    timelineHelp: '每列为一天；色带自上而下为 0 点到 24 点，着色处有生活迹象。',
    find: '查找住户',
    noSuchHome: '本页没有该住户的时间线。',
    previous: '上一户',
    next: '下一户',
    ranges: { all: '全部', quarter: '3 个月', month: '1 个月' },
    earlier: '◀ 更早',
    later: '更晚 ▶',
    lanes: { chosen: '告警', other: '另一规则', silence: '静默' },
    compareWith: '并列对比',
    nothing: '无',
    legend: { life: '有生活迹象', silent: '无', unknown: '无数据', silence: '静默 12 小时以上' },
    perDayUse: { water: '用水，升/天', electricity: '用电，千瓦时/天' },
    kinds: { water: '水', electricity: '电' },
    noAlerts: '没有告警。',
    alertsTitle: (/** @type {number} */ n) => `${n} 次告警`,
    raised: '发出',
    cleared: '解除',
    open: '尚未解除',
    after: (/** @type {string} */ h) => `历时 ${h}`,
    severity: { yellow: '黄色', orange: '橙色', red: '红色' },
    alertKinds: {
      inactivity: '无活动',
      drop: '骤降',
      decline: '持续下降',
      surge: '激增',
      'continuous-flow': '持续流水',
      'area-outage': '区域性中断',
    },
    /** @param {number} left @param {number} shown */
    timelinesLeftOut: (left, shown) =>
      `本页含 ${shown} 户的时间线，告警多者优先；为控制大小，另 ${left} 户未收入。`,
    /** @param {string} date @param {string} use @param {number} lifeHours @param {number} seen */
    readout: (date, use, lifeHours, seen) =>
      `${date}：${use}${use === '' ? '' : ' · '}有数据的 ${seen} 小时中 ${lifeHours} 小时有生活迹象`,
    readoutIdle: '将指针移到某一天查看详情。',
    /** @param {import('../report-data.ts').ReportData} data */
    source: (data) =>
      `${data.file} · ${dateOf(data.fromMs / 86_400_000)} 至 ${dateOf(data.toMs / 86_400_000)} · ${data.homesInFile} 户 · ${data.readings.toLocaleString('en')} 条读数${data.badLines > 0 ? ` · 跳过 ${data.badLines} 行错误数据` : ''}`,
    /** @param {import('../report-data.ts').ReportData} data @param {number} scored */
    method: (data, scored) =>
      `计入至少有八周读数的 ${scored} 户，各户前四周不计。模拟停止：${data.rounds} 轮，种子 ${data.seed}，每轮 30 % 的住户。`,
  },
}
