import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** What a file imports of another file of the repository, in whatever way: `import`, `export from`, `import()`, `import("...").Type`. */
export interface Import {
  /** Both from the root of the repository, e.g. `cli/main.ts`. */
  from: string;
  to: string;
  /** Gone when the types are. */
  typeOnly: boolean;
  /** Loaded when it is needed: `import("...")`. */
  dynamic: boolean;
}

/** All TypeScript files of the CLI, the services and the scripts, from the root of the repository. */
export function typeScriptFiles(root: string): string[] {
  return ["cli", "services", "scripts"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
      .map((file) => `${folder}/${file}`)
      .sort(),
  );
}

/** The imports of one file. What is imported of a package, or is no TypeScript file, is left out. */
export function importsOf(root: string, from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8");
  return importsIn(text).flatMap(({ path, ...how }) => {
    const to = normalize(join(dirname(from), path));
    return existsSync(join(root, to)) && to.endsWith(".ts") ? [{ from, to, ...how }] : [];
  });
}

/** The relative paths that a TypeScript text imports, in the order of the text. */
export function importsIn(text: string): { path: string; typeOnly: boolean; dynamic: boolean }[] {
  const found: ReturnType<typeof importsIn> = [];
  const add = (specifier: ts.Node | undefined, how: { typeOnly: boolean; dynamic: boolean }) => {
    if (!specifier || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith(".")) return;
    found.push({ path: specifier.text, ...how });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, { typeOnly: importsTypesOnly(node.importClause), dynamic: false });
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, { typeOnly: node.isTypeOnly, dynamic: false });
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, { typeOnly: true, dynamic: false });
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], { typeOnly: false, dynamic: true });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest));
  return found;
}

function importsTypesOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every(({ isTypeOnly }) => isTypeOnly);
}
