/** `T` with optional properties in place of those that may be undefined. */
export type Present<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** Returns the object without its undefined properties, which JSON omits too. */
export function present<const T extends object>(value: T): Present<T> {
  // Object.fromEntries loses the type. Only properties that may be undefined are removed.
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== undefined)) as Present<T>;
}
