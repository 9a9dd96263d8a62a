import { z } from 'zod'
import { parseIso } from '../../domain/time.ts'

/** A moment in a query. A `+` that was not encoded arrives as a space; what it meant is clear. */
export const momentSchema = z
  .string()
  .transform((text) => text.replace(/ (?=\d\d:?\d\d$)/, '+'))
  .refine((text) => !Number.isNaN(parseIso(text)), {
    message: 'a time is ISO 8601 with a zone, such as 2026-11-20T08:00:00Z or 2026-11-20T16:00:00+08:00',
  })
  .transform(parseIso)
  .meta({
    type: 'string',
    format: 'date-time',
    description: 'ISO 8601 with a zone.',
    example: '2026-11-20T08:00:00Z',
  })

export const pageQuery = {
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: 'The `next` of the page before. Leave it out for the first page.' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .meta({ description: 'Items on a page, 1 to 1000.', example: 100 }),
}

/** One or several of `values`: `a,b`, or the parameter repeated, or both. */
export function someOf<const T extends string>(values: readonly [T, ...T[]], description: string) {
  return z
    .preprocess(split, z.array(z.enum(values)).min(1))
    .optional()
    .meta({
      type: 'array',
      items: { type: 'string', enum: [...values] },
      description: `${description} Several: repeat the parameter or join with commas.`,
    })
}

export function split(value: unknown): unknown {
  const parts: unknown[] = Array.isArray(value) ? value : [value]
  return parts.flatMap((part) => (typeof part === 'string' ? part.split(',') : [part]))
}

/** A list's answer. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Hand it back as `cursor`; null on the last page.' }),
  })
}

export const isoSchema = z.string().meta({ format: 'date-time', example: '2026-11-20T08:00:00Z' })
