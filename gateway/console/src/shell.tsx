/** What stands around every page: the way past the navigation, the navigation, who is signed in, the live region. */

import { useEffect, useRef } from "preact/hooks";
import { announcement } from "./announcement";
import { Health } from "./health";
import { PAGES, pageOf } from "./pages";
import { SignIn } from "./pages/sign_in";
import { link, route } from "./route";
import { session, signOut } from "./session";
import { isDark, switchTheme } from "./theme";
import { when } from "./wording";

export function Shell() {
  return (
    <>
      {session.value === null ? <SignIn /> : <Signed />}
      <div class="hidden" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}

function Signed() {
  const { page, subject } = route.value;
  const shown = pageOf(page);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${shown.title} · Atelier`;
    // The first page leaves the focus where the browser puts it; others are come to by a link.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [page, subject]);
  return (
    <>
      <SkipLink to={main} />
      <Head page={page} />
      <main ref={main} tabIndex={-1} aria-label={shown.title}>
        <shown.Page key={`${page}/${subject}`} subject={subject} />
      </main>
    </>
  );
}

function SkipLink({ to }: { to: { current: HTMLElement | null } }) {
  const skip = (event: Event) => {
    event.preventDefault();
    to.current?.focus();
  };
  return (
    <a class="skip" href="#main" onClick={skip}>
      Skip to the content
    </a>
  );
}

function Head({ page }: { page: string }) {
  return (
    <header>
      <a class="brand" href={link("overview")}>
        Atelier
      </a>
      <nav aria-label="Pages">
        {PAGES.map(({ name, title }) => (
          <a href={link(name)} aria-current={name === page ? "page" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <Health />
      <Who />
    </header>
  );
}

function Who() {
  const who = session.value;
  if (who === null) return null;
  return (
    <div class="who">
      <span title={who.expires && `The token is good until ${when(who.expires)}`}>
        {who.subject} <small>{who.role}</small>
      </span>
      <ThemeSwitch />
      <button type="button" onClick={() => signOut()}>
        Sign out
      </button>
    </div>
  );
}

export function ThemeSwitch() {
  return (
    <button type="button" aria-pressed={isDark()} onClick={switchTheme}>
      Dark
    </button>
  );
}
