import { element } from "../dom.ts";

/**
 * What a colour of the palette is at present, for a canvas, which knows no `light-dark()`: `colourOf("--fate-lost")`. Asked
 * again when the system changes between light and dark.
 */
export function openColours(): (property: string) => string {
  const probe = element("span", { hidden: "" });
  document.body.append(probe);
  const known = new Map<string, string>();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => known.clear());
  return (property) => {
    const found = known.get(property);
    if (found !== undefined) return found;
    probe.style.setProperty("color", `var(${property})`);
    const colour = getComputedStyle(probe).color;
    known.set(property, colour);
    return colour;
  };
}
