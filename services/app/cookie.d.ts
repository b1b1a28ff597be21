/** What is used of the package `cookie`, which brings no types of its own. */
declare module "cookie" {
  /** The values of a `Cookie` header by their names; of several with one name the first. */
  export function parse(header: string): Record<string, string | undefined>;
}
