/**
 * Changes what an element holds into something else in place: what is the same stays the same node, so that it keeps its focus, a
 * press on it ends as a click, and what somebody is typing, has unfolded or scrolled to is as it was.
 *
 * Which element is which: by `id`, by its first `data-` attribute, by `name` (and `value`), by where it leads – all among the
 * children of one element. So a template that has buttons that come and go names them; what has no name is known by its place
 * among its like. An element that has a name never becomes one with another.
 */

const NAMED_BY = { A: "href", BUTTON: "popovertarget", OPTION: "value" };
const CHOSEN = ["checkbox", "radio"];

const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;

/** What says which element it is, or empty. */
function name(node) {
  if (!isElement(node)) return "";
  const { attributes, nodeName } = node;
  const chosen = CHOSEN.includes(node.type) ? node.getAttribute("value") : null;
  const data = [...attributes].find((one) => one.name.startsWith("data-"));
  const named = node.getAttribute("name") !== null || chosen !== null ? `${node.getAttribute("name")}=${chosen}` : null;
  const known = node.getAttribute("id") ?? (data ? `${data.name}=${data.value}` : null) ?? named ?? node.getAttribute(NAMED_BY[nodeName] ?? "id");
  return known === null ? "" : `${kind(node)} ${known}`;
}

/** A field of another type is another field. */
const kind = (node) => `${node.nodeName} ${node.type ?? ""}`;

/** What has no name, by how it looks. */
const look = (node) => (name(node) ? "" : `${kind(node)} ${node.className?.baseVal ?? node.className ?? ""} ${node.ariaLabel ?? ""}`);
const unnamed = (node) => (name(node) ? "" : kind(node));

/** Which of the nodes each of the wanted ones is; undefined: none of them. @returns {Map<Node, Node>} */
function pair(nodes, wanted) {
  const pairs = new Map();
  const free = new Set(nodes);
  for (const by of [name, look, unnamed]) {
    const found = Map.groupBy(free, by);
    for (const one of wanted) {
      const word = pairs.has(one) ? "" : by(one);
      const node = word && found.get(word)?.shift();
      if (!node) continue;
      pairs.set(one, node);
      free.delete(node);
    }
  }
  return pairs;
}

const held = (node) => isElement(node) && node.matches(":focus-within, :active");

/** Puts the nodes into this order; what is pressed or has the focus is not moved, but the others round it. */
function arrange(parent, nodes) {
  const pin = nodes.find(held);
  let next = null;
  for (const node of nodes.toReversed()) {
    if (node !== pin && (node.parentNode !== parent || node.nextSibling !== next)) parent.insertBefore(node, next);
    next = node;
  }
}

/** What somebody has unfolded, or folded, is theirs. */
const owned = (node, attribute) => attribute === "open" && ["DETAILS", "DIALOG"].includes(node.nodeName);

function sameAttributes(node, wanted) {
  for (const { name: attribute, value } of wanted.attributes) {
    if (node.getAttribute(attribute) !== value && !owned(node, attribute)) node.setAttribute(attribute, value);
  }
  for (const { name: attribute } of [...node.attributes]) {
    if (!wanted.hasAttribute(attribute) && !owned(node, attribute)) node.removeAttribute(attribute);
  }
}

const usual = (select) => ([...select.options].find(({ defaultSelected }) => defaultSelected) ?? select.options[0])?.value ?? "";

/** What people change in a field, and what it was at first. */
const FIELDS = {
  INPUT: (node) => (CHOSEN.includes(node.type) ? { what: "checked", first: node.defaultChecked } : { what: "value", first: node.defaultValue }),
  TEXTAREA: (node) => ({ what: "value", first: node.defaultValue }),
  SELECT: (node) => ({ what: "value", first: usual(node) }),
};

/** What somebody has put into a field stays there; otherwise it has what the template says. */
function sameField(node, wanted, change) {
  const { what, first } = FIELDS[node.nodeName](node);
  const [before, told] = [node[what], wanted[what]];
  change();
  const put = before !== first ? before : told;
  if (node[what] !== put) node[what] = put;
  if (node.selectedIndex < 0) node.value = told;
}

function same(node, wanted) {
  if (node.isEqualNode(wanted)) return;
  if (!isElement(node)) {
    node.nodeValue = wanted.nodeValue;
    return;
  }
  const change = () => {
    sameAttributes(node, wanted);
    morph(node, wanted);
  };
  if (node.nodeName in FIELDS) sameField(node, wanted, change);
  else change();
}

/**
 * @param {Element} element  whose children change; its own attributes don't
 * @param {Element} wanted   with the children that it is to have; it loses some of them
 */
export function morph(element, wanted) {
  const nodes = [...wanted.childNodes];
  const pairs = pair(element.childNodes, nodes);
  const kept = new Set(pairs.values());
  for (const node of [...element.childNodes]) if (!kept.has(node)) node.remove();
  for (const [one, node] of pairs) same(node, one);
  arrange(element, nodes.map((one) => pairs.get(one) ?? one));
}
