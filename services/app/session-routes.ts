/** The four things a visitor does with a session. Each answers what the store has acknowledged. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import type { AppContext } from "./app-context.ts";
import { chooseStore } from "./choose-store.ts";
import { isForm, textField, wholeNumberField } from "./input.ts";
import { IDLE_SECONDS, type SessionData } from "./store.ts";
import { whoAmIAnswer } from "./whoami-answer.ts";

/** GET /whoami: reads, and changes nothing anywhere, so that asking does not disturb what is asked about. */
export function whoAmI(context: AppContext): RequestHandler {
  return async (request, response) => {
    const { id, open } = chooseStore(request, context);
    const session = await open.sessionOf(request, response);
    response.json(whoAmIAnswer(session, id, context));
  };
}

/** POST /login {user, nonce, idleSeconds?}: who asks for it is forgotten after fewer seconds without a sign of life than usual. */
export function logIn(context: AppContext): RequestHandler {
  return async (request, response) => {
    const { id, open } = chooseStore(request, context);
    const user = textField(request, "user");
    const nonce = textField(request, "nonce", randomUUID);
    const idleSeconds = wholeNumberField(request, "idleSeconds", { from: 1, to: IDLE_SECONDS });
    const session = await open.sessionOf(request, response);
    const data: SessionData = {
      authenticated: true,
      user,
      roles: ["customer"],
      nonce,
      loginAt: new Date().toISOString(),
      cart: [],
      cartVersion: 0,
      ...(idleSeconds === undefined ? {} : { idleSeconds }),
    };
    await session.start(data);
    answer(request, response, () => whoAmIAnswer({ data }, id, context));
  };
}

/** POST /cart {item} */
export function addToCart(context: AppContext): RequestHandler {
  return async (request, response) => {
    const { id, open } = chooseStore(request, context);
    const item = textField(request, "item", makeItem);
    const session = await open.sessionOf(request, response);
    if (session.data === null) {
      response.status(401);
      return answer(request, response, () => whoAmIAnswer({ data: null }, id, context));
    }
    const { cart, cartVersion } = session.data;
    const data = { ...session.data, cart: [...cart, item], cartVersion: cartVersion + 1 };
    await session.save(data);
    answer(request, response, () => whoAmIAnswer({ data }, id, context));
  };
}

/** POST /logout */
export function logOut(context: AppContext): RequestHandler {
  return async (request, response) => {
    const { id, open } = chooseStore(request, context);
    const session = await open.sessionOf(request, response);
    await session.end();
    answer(request, response, () => whoAmIAnswer({ data: null }, id, context));
  };
}

/** A form is sent back to the page, which shows what came of it; a reload of that page sends nothing twice. */
function answer(request: Request, response: Response, body: () => object): void {
  if (isForm(request)) response.status(303).location("/").end();
  else response.json(body());
}

const GOODS = ["apple", "bread", "cheese", "coffee", "honey", "lemon", "olive", "pasta", "pear", "tea"];

/** Such as `pear-3f9a1c`: readable in a room, unique in a cart. */
function makeItem(): string {
  const bytes = randomBytes(4);
  return `${GOODS[bytes.readUInt8(3) % GOODS.length]}-${bytes.toString("hex", 0, 3)}`;
}
