/** What a track runs over, for whoever chooses between tracks or reports on them. */
export interface Way {
  /** The name of the transport. */
  readonly transport: string
  /** Where the listening side listens. */
  readonly address: string
}
