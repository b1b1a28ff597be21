/** Every failure leaves the app here, as JSON or, for a person at a browser, as a page. */
import type { ErrorRequestHandler } from "express";
import type { AppContext } from "./app-context.ts";
import { STORE_HEADER, UnknownStoreError } from "./choose-store.ts";
import type { ErrorAnswer } from "./error-answer.ts";
import { showErrorPage } from "./page/show-page.ts";
import { StoreUnreachableError } from "./store.ts";

export function sendError(context: AppContext): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const answer = errorAnswer(error, request.get(STORE_HEADER) ?? null, context.appServer);
    if (answer.status === 500)
      context.log(`${request.method} ${request.path}: ${error instanceof Error ? error.stack : error}`);
    if (response.headersSent) return next(error);
    response.status(answer.status);
    if (request.accepts(["json", "html"]) === "html") showErrorPage(context, request, response, answer);
    else response.json(answer.body);
  };
}

function errorAnswer(error: unknown, store: string | null, appServer: string): ErrorAnswer {
  if (error instanceof StoreUnreachableError) {
    return { status: 503, body: { error: "store unreachable", store, appServer, reason: error.reason } };
  }
  if (error instanceof UnknownStoreError) {
    return { status: 404, body: { error: error.message, store: error.store, known: error.known } };
  }
  const { status, type, message } = error as { status?: unknown; type?: unknown; message?: unknown };
  // body-parser and the router say with `status` that the request is to blame (the package http-errors).
  if (typeof status === "number" && status >= 400 && status < 500) {
    return { status, body: { error: type === "entity.parse.failed" ? `malformed JSON: ${message}` : String(message) } };
  }
  return { status: 500, body: { error: "internal error" } };
}
