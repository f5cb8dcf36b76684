/** The caller's cards. */

import { useAnswer } from "../asking";
import { scans } from "../connection";
import { Refused } from "../parts/notice";
import { Listing } from "../parts/listing";
import type { GetCollectionResponse, UserCard } from "../stubs/atelier/resolver/v1/scan_service_pb";
import { count, sums } from "../wording";

const EVERY_SECONDS = 5;

export function Collection() {
  const { value, refusal } = useAnswer((signal) => scans.getCollection({}, { signal }), "collection", EVERY_SECONDS);
  return (
    <>
      <h1>Collection</h1>
      <Refused why={refusal} />
      {value && (
        <p class="figure">
          <strong>{count(value.totalCards)}</strong> in all, {count(value.distinctCards)} different{" "}
          {sums(value.estimatedValues)}
        </p>
      )}
      {value && value.sets.length > 0 && <Sets of={value} />}
      <section class="panel" aria-label="Cards">
        <h2>Cards</h2>
        <Listing noun="cards" ask={list} draw={(card) => <Row of={card} />} />
      </section>
    </>
  );
}

async function list(pageSize: number, signal: AbortSignal) {
  const answer = await scans.listUserCards({ pageSize }, { signal });
  return { items: answer.userCards, nextPageToken: answer.nextPageToken };
}

function Sets({ of }: { of: GetCollectionResponse }) {
  return (
    <section class="panel" aria-label="Sets">
      <h2>Sets</h2>
      <ul class="rows" aria-label="sets">
        {of.sets.map((set) => (
          <li class="entry">
            <strong>{set.setName || set.setId || "no set"}</strong>
            <span>
              {count(set.totalCards)} in all, {count(set.distinctCards)} different
            </span>
            <span class="number">{sums(set.estimatedValues)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ of }: { of: UserCard }) {
  const details = of.card?.details;
  return (
    <span class="entry">
      <span>
        <strong>{details?.name}</strong> <code>{of.card?.catalogId}</code>
      </span>
      <span>
        {details?.set?.name} {details?.number} {details?.rarity}
      </span>
      <span>× {count(of.quantity)}</span>
      <span class="number">{sums(of.estimatedValues)}</span>
    </span>
  );
}
