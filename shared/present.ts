/** The same properties, those that may be undefined optional instead. */
export type Present<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** Returns the object without its undefined properties, as JSON leaves them out: what is absent is not there. */
export function present<const T extends object>(value: T): Present<T> {
  // Object.fromEntries forgets which properties there are; only those that may be undefined are left out.
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== undefined)) as Present<T>;
}
