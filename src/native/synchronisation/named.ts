/** Options of whatever is opened by a name. */
export interface SynchronisationOptions {
  /**
   * The folder of this user in whose folder `sync` the objects are, on Linux; all processes must agree on it. On Windows the
   * system keeps them.
   * @default the runtime folder
   */
  readonly runtimeFolder?: string
}
