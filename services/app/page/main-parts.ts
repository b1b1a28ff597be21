/** The middle of the page: who you are, your cart, where the session lives; or what went wrong. */
import type { CatalogueEntry } from "../app-context.ts";
import type { ErrorAnswer } from "../error-answer.ts";
import type { SessionData, SessionHandle } from "../store.ts";
import type { Frame } from "./frame.ts";
import { type Html, html } from "./html.ts";

/** The newest items of a cart that are shown. */
const SHOWN_ITEMS = 7;

export function sessionPart({ data, degraded }: SessionHandle, store: CatalogueEntry): Html {
  return html`${degraded ? fallbackNote : null}<section>
<h2>Who you are</h2>
${data === null ? anonymous : person(data)}
</section>
<section>
<h2>Your cart</h2>
${degraded ? html`<p class="big">not known</p>` : data === null ? html`<p class="big">no cart</p><p class="faint">A cart belongs to a session.</p>` : cart(data)}
</section>
<section>
<h2>Where your session lives</h2>
<p class="big">${store.title}</p>
<p>${store.what}</p>
</section>`;
}

const fallbackNote = html`<section class="trouble">
<p class="big">the session store does not answer</p>
<p>Who you are comes from a signed cookie. Your cart is safe where it is, but nobody can read or change it now.</p>
</section>
`;

const anonymous = html`<p class="big">not logged in</p>
<form method="post" action="/login">
<label for="user">Your name</label>
<input id="user" name="user" value="alice" required maxlength="128" autocomplete="off">
<button>Log in</button>
</form>`;

function person({ user, loginAt, nonce }: SessionData): Html {
  return html`<p class="big">${user}</p>
<p class="faint">logged in since ${loginAt.slice(11, 19)} UTC, session nonce ${nonce.slice(0, 8)}</p>
<form method="post" action="/logout"><button class="quiet">Log out</button></form>`;
}

function cart({ cart: items, cartVersion }: SessionData): Html {
  const hidden = Math.max(0, items.length - SHOWN_ITEMS);
  return html`<p class="big">${items.length === 1 ? "1 item" : `${items.length} items`}</p>
<p class="faint">version ${cartVersion}</p>
<ul class="cart">${hidden > 0 ? html`<li>… ${hidden} more</li>` : null}${items.slice(-SHOWN_ITEMS).map((item) => html`<li>${item}</li>`)}</ul>
<form method="post" action="/cart"><button>Add an item</button></form>`;
}

export function errorPart({ status, body }: ErrorAnswer, { appServer, elsewhere }: Frame): Html {
  if (status === 503) {
    return html`<section class="trouble">
<p class="big">503: the session store does not answer</p>
<p>${appServer} is up, but it cannot ask ${String(body.store)} who you are. So it says neither who you are nor that you are logged out.</p>
<p class="faint">${String(body.reason)}</p>
</section>`;
  }
  const known = Array.isArray(body.known) ? (body.known as string[]) : [];
  const link = (store: string) => elsewhere.find((other) => other.store === store)?.url;
  return html`<section class="trouble">
<p class="big">${status}</p>
<p>${body.error}</p>
${known.length > 0 ? html`<ul>${known.map((store) => html`<li>${link(store) ? html`<a href="${link(store) ?? ""}">${store}</a>` : store}</li>`)}</ul>` : null}
</section>`;
}
