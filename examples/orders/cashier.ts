import { inject, injectable } from 'inversify'
import { type ActorContext, type Handles, type InputOf, Self } from 'signalbox'
import { type Cashier, Due, type Placed } from './contracts.js'

export class Prices extends Map<string, number> {}

@injectable()
export class CashierActor implements Handles<typeof Cashier> {
  constructor(
    @inject(Prices) private readonly prices: Prices,
    @inject(Self) private readonly self: ActorContext,
  ) {}

  quote(sku: string) {
    const price = this.prices.get(sku)
    if (price === undefined) throw new Error(`there is no ${sku}`) // who asked hears it
    return price
  }

  placed({ id, sku, count }: InputOf<typeof Placed>) {
    this.self.provide(Due.of(id), count * this.quote(sku))
  }
}
