/** What each leads to. */
type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Where a graph leads back to where it came from: a line for each strongly connected component that is no single node, by its
 * shortest circle. Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972).
 */
export function circlesIn(graph: Graph): string[] {
  return componentsOf(graph)
    .filter((component) => component.length > 1 || graph.get(component[0]!)?.includes(component[0]!))
    .map((component) => {
      const circles = component.map((node) => shortestCircle(graph, node));
      const [shortest] = circles.sort((one, other) => one.length - other.length || (one[0]! < other[0]! ? -1 : 1));
      const isAll = shortest!.length > component.length;
      return shortest!.join(" -> ") + (isAll ? "" : ` (of ${component.length} files that all lead to each other)`);
    })
    .sort();
}

function componentsOf(graph: Graph): string[][] {
  const components: string[][] = [];
  /** When a node was reached, and the earliest one that it leads back to. */
  const reached = new Map<string, { at: number; leadsTo: number }>();
  const open: string[] = [];
  const visit = (node: string) => {
    const own = { at: reached.size, leadsTo: reached.size };
    reached.set(node, own);
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!reached.has(next)) own.leadsTo = Math.min(own.leadsTo, visit(next));
      else if (open.includes(next)) own.leadsTo = Math.min(own.leadsTo, reached.get(next)!.at);
    }
    if (own.leadsTo === own.at) components.push(open.splice(open.indexOf(node)));
    return own.leadsTo;
  };
  for (const node of graph.keys()) if (!reached.has(node)) visit(node);
  return components;
}

/** Breadth first, so that what is found first is shortest. The node has to lead back to itself. */
function shortestCircle(graph: Graph, node: string): string[] {
  const paths = [[node]];
  const seen = new Set<string>();
  for (const path of paths)
    for (const next of graph.get(path.at(-1)!) ?? []) {
      if (next === node) return [...path, node];
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  throw new Error(`${node} does not lead back to itself`);
}
