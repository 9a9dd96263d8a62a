import { z } from 'zod'

/**
 * Ids come from outside (vendors, registers of households), so they are held to one shape everywhere: 1 to 128 printable
 * characters without `/`, `+` and `#`, which MQTT topics give a meaning.
 */
export const idSchema = z
  .string()
  .min(1, 'an id has at least 1 character')
  .max(128, 'an id has at most 128 characters')
  .regex(/^[^\p{C}\p{Zl}\p{Zp}/+#]+$/u, 'an id has printable characters only, and none of "/", "+", "#"')

export type MeterId = string & { readonly __brand: 'MeterId' }
export type HouseholdId = string & { readonly __brand: 'HouseholdId' }
export type GatewayId = string & { readonly __brand: 'GatewayId' }
export type AlertId = string & { readonly __brand: 'AlertId' }

export const meterIdSchema = idSchema.transform((id) => id as MeterId)
export const householdIdSchema = idSchema.transform((id) => id as HouseholdId)
export const gatewayIdSchema = idSchema.transform((id) => id as GatewayId)

const printable = /^[^\p{C}\p{Zl}\p{Zp}/+#]{1,128}$/u

/** The hot path's form of `idSchema`: the same rule without building issues. */
export function isId(text: string): boolean {
  return printable.test(text)
}
