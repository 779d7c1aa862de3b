/** Holds those who pass until it is opened; then it stays open. */
export class Gate {
  readonly passed: Promise<void>
  open: () => void = () => {}

  constructor() {
    this.passed = new Promise(resolve => {
      this.open = resolve
    })
  }
}
