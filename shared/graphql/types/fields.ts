import { GraphQLError, GraphQLList, GraphQLNonNull, type GraphQLNullableType, GraphQLScalarType } from "graphql";

/** A type whose field always has a value. */
export function required<T extends GraphQLNullableType>(type: T): GraphQLNonNull<T> {
  return new GraphQLNonNull(type);
}

/** A list type without nulls. An empty list is empty, never null. */
export function listOf<T extends GraphQLNullableType>(type: T): GraphQLNonNull<GraphQLList<GraphQLNonNull<T>>> {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));
}

// RFC 3339 5.6
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

export const DateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description:
    "An instant in ISO 8601 format, in UTC with milliseconds: `2018-04-21T09:30:00.000Z`. Input may have another UTC offset.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
  coerceOutputValue(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError("DateTime: not a Date");
  },
  coerceInputValue(value) {
    const instant = typeof value === "string" && INSTANT.test(value) ? toInstant(value) : undefined;
    const year = instant?.getUTCFullYear() ?? 0;
    // Postgres interprets years outside this range differently.
    if (instant !== undefined && year >= 1 && year <= 9_999) return instant;
    throw new GraphQLError(`Cannot read DateTime "${String(value).slice(0, 100)}"`);
  },
});

/** Parses an instant that a namespace object holds as text; returns undefined if it cannot be parsed. */
export function toInstant(text: string | undefined): Date | undefined {
  const instant = new Date(text ?? "");
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
