/** Work in steps. At each `yield` its caller may yield to the event loop. */
export type Steps<T> = Generator<undefined, T, undefined>;
