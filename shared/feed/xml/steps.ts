/** Work in steps: whoever runs it may give others their turn at each `yield`. */
export type Steps<T> = Generator<undefined, T, undefined>;
