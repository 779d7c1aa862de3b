/** The right that a mutex gives. Whoever got it lets go, once. */
export interface MutexLock {
  /** Whether the one who had it before ended without letting go. */
  readonly abandoned: boolean
  release(): void
}

/** What a system offers for a {@link Mutex}. All waits end with the reason of their signal when it fires. */
export interface NamedMutex {
  tryLock(): MutexLock | undefined
  lock(signal: AbortSignal): Promise<MutexLock>
  /** Once only, when nobody waits. Locks that are held stay valid. */
  close(): void
}

/** What a system offers for a {@link Semaphore}. */
export interface NamedSemaphore {
  tryAcquire(): boolean
  acquire(signal: AbortSignal): Promise<void>
  /** @returns false, and releases none, where that would be more than the maximum */
  release(count: number): boolean
  /** Once only, when nobody waits. */
  close(): void
}

/** What a system offers for an {@link Event}. */
export interface NamedEvent {
  set(): void
  reset(): void
  tryWait(): boolean
  wait(signal: AbortSignal): Promise<void>
  /** Once only, when nobody waits. */
  close(): void
}
