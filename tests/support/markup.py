"""Faults of a page that axe does not read, for the grid of docs/accessibilite.md."""

# Criteria 1.9, 3.3, 4.10, 8.2, 8.9, 10.1, 12.10 and 13.8 of the RGAA: the faults of a page, a line each. What
# Leaflet and drawings write for themselves is theirs.
BEYOND_AXE = """() => {
  const own = (each) => !each.closest("svg, .leaflet-container");
  const named = (each) => `${each.tagName.toLowerCase()}.${each.className} ${each.textContent.trim().slice(0, 30)}`;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(own);
  const times = {};
  for (const { id } of document.querySelectorAll("[id]")) times[id] = (times[id] ?? 0) + 1;
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((n) => n / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const opaque = (colour) => !/, 0(\\.\\d+)?\\)$/.test(colour) && colour !== "transparent";
  const under = (each) => {
    for (; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (opaque(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (one, other) => {
    const [dark, clear] = [light(one), light(other)].sort((a, b) => a - b);
    return (clear + .05) / (dark + .05);
  };
  const isFaint = (field) => {
    const style = getComputedStyle(field), around = under(field.parentElement);
    const edge = style.borderBottomStyle === "none" || style.borderBottomWidth === "0px" ? 1 : contrast(style.borderBottomColor, around);
    return edge < 3 && contrast(under(field), around) < 3;
  };
  const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=range], [type=submit]), select, textarea";
  return [
    ...Object.keys(times).filter((id) => times[id] > 1).map((id) => `two elements named ${id}`),
    ...all("center, font, big, tt, strike, marquee, blink, basefont, [align], [valign], [bgcolor]").map((e) => `for its look alone: ${named(e)}`),
    ...all("figure").filter((e) => e.querySelector("figcaption") && e.querySelector("svg, img"))
      .filter((e) => !["figure", "group"].includes(e.getAttribute("role")) || !(e.ariaLabel || e.getAttribute("aria-labelledby")))
      .map((e) => `a caption apart from its picture: ${named(e)}`),
    ...all("[accesskey]").map((e) => `a shortcut of one key: ${named(e)}`),
    ...all("audio[autoplay], video[autoplay]").map((e) => `plays by itself: ${named(e)}`),
    ...all(typed).filter((e) => e.offsetParent && isFaint(e)).map((e) => `a field that its ground hides: ${e.name}`),
    ...document.getAnimations().filter((a) => a.effect?.getTiming().iterations === Infinity)
      .map((a) => `never stops: ${named(a.effect.target)}`),
  ];
}"""
