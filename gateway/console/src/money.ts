/** Sums of money as people write them, made into `google.type.Money` exactly. */

import { create } from "@bufbuild/protobuf";
import { MoneySchema, type Money } from "./stubs/google/type/money_pb";

const DECIMAL = /^(\d{1,18})(?:\.(\d{1,9}))?$/;
const CURRENCY = /^[A-Z]{3}$/; // ISO 4217

/** The sum. Throws a sentence that begins with the field that is wrong. */
export function readMoney(amount: string, currency: string): Money {
  const parts = DECIMAL.exec(amount.trim());
  if (parts === null) throw new Error("estimated_value: must be a sum such as 4.50, not negative");
  const currencyCode = currency.trim().toUpperCase();
  if (!CURRENCY.test(currencyCode)) throw new Error("currency: must be a currency's three letters, such as USD");
  const [, units = "0", decimals = ""] = parts;
  return create(MoneySchema, { currencyCode, units: BigInt(units), nanos: Number(decimals.padEnd(9, "0")) });
}
