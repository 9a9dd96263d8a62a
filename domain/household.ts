import { z } from 'zod'
import { householdIdSchema, meterIdSchema } from './ids.ts'
import { METER_KINDS } from './units.ts'

export const RISK_TIERS = ['low', 'medium', 'high'] as const
export type RiskTier = (typeof RISK_TIERS)[number]

/**
 * What judges a household's silence: our own evidence of life, or one of the fixed rules that cities use.
 * `below-10l-12h`, `below-10l-24h`: less than 10 L in a sliding window. `silent-by-tier`: no use for 50 h, 36 h or 24 h
 * (low, medium, high risk tier). `silent-peaks`: no use in the day's two peaks, 05-09 and 17-21 local.
 */
export const INACTIVITY_RULES = [
  'evidence',
  'below-10l-12h',
  'below-10l-24h',
  'silent-by-tier',
  'silent-peaks',
] as const
export type InactivityRule = (typeof INACTIVITY_RULES)[number]

/** `province/city/county/township/village/grid`: any prefix of it names an area. */
export const regionSchema = z
  .string()
  .max(512)
  .regex(
    /^[^\p{C}/+#]+(\/[^\p{C}/+#]+){0,5}$/u,
    'a region is a path of 1 to 6 names joined by "/", such as "zhejiang/hangzhou/chunan"',
  )

export function isInRegion(region: string | null, area: string): boolean {
  return region !== null && (region === area || region.startsWith(`${area}/`))
}

export const timezoneSchema = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}, 'a time zone is an IANA name such as "Asia/Shanghai"')

export const registeredMeterSchema = z.object({ id: meterIdSchema, kind: z.enum(METER_KINDS) })

export const contactSchema = z.object({ name: z.string().max(128), phone: z.string().max(64) })

/** Of one home. A file that names one household in every row means something else. */
export const MOST_METERS = 64

/** A home as the operator registers it; one journal entry per import, so that all of a file or none of it holds. */
export const householdSchema = z.object({
  id: householdIdSchema,
  region: regionSchema.nullable(),
  tier: z.enum(RISK_TIERS),
  /** null: the installation's time zone (`HEARTHLINE_TIMEZONE`). */
  timezone: timezoneSchema.nullable(),
  rule: z.enum(INACTIVITY_RULES),
  meters: z.array(registeredMeterSchema).min(1).max(MOST_METERS),
  contacts: z.array(contactSchema),
})
export type Household = z.infer<typeof householdSchema>
