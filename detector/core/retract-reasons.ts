import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { Explanation } from '../../domain/finding.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'

/** Why something that was said is taken back, in words for the desk. */
export function reasonToRetract(kind: AlertKind): Explanation {
  switch (kind) {
    case 'inactivity':
      return {
        en: 'Readings that arrived late or were corrected show that the home was not silent like that.',
        zh: '迟到或更正的读数表明该户并非如此静默。',
      }
    case 'meter-offline':
      return {
        en: 'The readings that were missing have arrived late: the meter had not stopped.',
        zh: '缺失的读数已补传：该表并未停报。',
      }
    case 'meter-frozen':
    case 'register-fault':
    case 'clock-skew':
      return {
        en: 'Readings that arrived late or were corrected show that the meter was sound.',
        zh: '迟到或更正的读数表明该表正常。',
      }
    case 'drop':
    case 'decline':
    case 'surge':
      return {
        en: 'Readings of this home or its neighbours that arrived late or were corrected show that its level has not changed like that, or its absence is planned.',
        zh: '该户或邻户迟到、更正的读数表明其用量水平并未如此变化，或属于已登记的计划外出。',
      }
    case 'continuous-flow':
    case 'area-outage':
      return {
        en: 'Readings that arrived late or were corrected show that it was not so.',
        zh: '迟到或更正的读数表明情况并非如此。',
      }
  }
}

/** Nothing new of the home itself: its neighbours have reported since. */
export function reasonNeighboursMoved(): Explanation {
  return {
    en: 'Readings of the neighbours that arrived late show that their level has changed as well: it is not a matter of this home.',
    zh: '邻户迟到的读数表明其用量水平也有同样变化：并非该户自身的问题。',
  }
}

export function reasonDataIsBack(): Explanation {
  return {
    en: 'The meters of this home report again, and it is judged by what they say.',
    zh: '该户表计已恢复上报，改按实际数据判断。',
  }
}

export function reasonMeterMoved(meter: MeterId, household: HouseholdId): Explanation {
  return {
    en: `Meter ${meter} now belongs to household ${household}, which is judged as a whole.`,
    zh: `表 ${meter} 现归属住户 ${household}，改按该户整体判断。`,
  }
}

export function reasonRegisteredAnew(household: HouseholdId): Explanation {
  return {
    en: `Household ${household} was registered with other meters or another rule and is judged anew from the last days.`,
    zh: `住户 ${household} 的表计或规则已重新登记，改按最近几日的数据重新判断。`,
  }
}
