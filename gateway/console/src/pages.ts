/** The pages by name, in the order of the navigation. */

import type { ComponentType } from "preact";
import { Budgets } from "./pages/budgets";
import { Collection } from "./pages/collection";
import { Images } from "./pages/images";
import { Jobs } from "./pages/jobs";
import { Overview } from "./pages/overview";
import { Reviews } from "./pages/reviews";
import { Scans } from "./pages/scans";

export interface PageProps {
  /** What the page is about, such as the id of a review; empty: all of them. */
  subject: string;
}

interface Page {
  name: string;
  title: string;
  Page: ComponentType<PageProps>;
}

const OVERVIEW: Page = { name: "overview", title: "Overview", Page: Overview };

export const PAGES: readonly Page[] = [
  OVERVIEW,
  { name: "jobs", title: "Jobs", Page: Jobs },
  { name: "scans", title: "Scans", Page: Scans },
  { name: "collection", title: "Collection", Page: Collection },
  { name: "images", title: "Images", Page: Images },
  { name: "reviews", title: "Reviews", Page: Reviews },
  { name: "budgets", title: "Budgets", Page: Budgets },
];

/** The page of that name, or the overview. */
export function pageOf(name: string): Page {
  return PAGES.find((page) => page.name === name) ?? OVERVIEW;
}
