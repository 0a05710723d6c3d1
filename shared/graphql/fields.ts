import { GraphQLList, GraphQLNonNull, type GraphQLNullableType, GraphQLScalarType } from "graphql";

/** A field that always has a value. */
export function required<T extends GraphQLNullableType>(type: T): GraphQLNonNull<T> {
  return new GraphQLNonNull(type);
}

/** A list without gaps; where there is nothing to list it is empty, never null. */
export function listOf<T extends GraphQLNullableType>(type: T): GraphQLNonNull<GraphQLList<GraphQLNonNull<T>>> {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));
}

export const DateTime = new GraphQLScalarType<never, string>({
  name: "DateTime",
  description: "An instant as ISO 8601 writes it, in UTC with milliseconds: `2018-04-21T09:30:00.000Z`.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
  coerceOutputValue(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError("DateTime: not a Date");
  },
});

/** An instant that a namespace object holds as text; undefined where it cannot be read. */
export function toInstant(text: string | undefined): Date | undefined {
  const instant = new Date(text ?? "");
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
