/** Reads an OpenAPI 3.1 document as far as the API page shows it. */

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {boolean} required
 * @property {string} description
 * @property {{type?: string|string[], default?: any, enum?: any[], minimum?: number, maximum?: number}} schema
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} type
 * @property {string} description
 *
 * @typedef {object} Operation  One function of the API.
 * @property {string} name         such as recording/recordings/list
 * @property {string} path         as the browser asks for it
 * @property {string} tag
 * @property {string} summary
 * @property {string} description
 * @property {string[]} methods
 * @property {Parameter[]} parameters
 * @property {{code: string, description: string}[]} answers
 * @property {Field[]} fields      of the data in a good answer, or of its rows
 */

/** Follows a reference within the document. */
function resolve(document, node) {
  if (!node?.$ref) return node ?? {};
  const steps = node.$ref.replace(/^#\//, "").split("/");
  const found = steps.reduce((at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  return resolve(document, found);
}

/** A schema whose parts may be spread over allOf. */
function whole(document, node) {
  const schema = resolve(document, node);
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map((part) => whole(document, part));
  return { ...schema, properties: Object.assign({}, schema.properties, ...parts.map((part) => part.properties)) };
}

/** The kind of a value in a word. */
export function kind(schema) {
  const words = [schema.type ?? []].flat().join(" or ");
  return schema.format ? `${words} (${schema.format})` : words;
}

function fields(document, responses) {
  const content = resolve(document, responses["200"]).content?.["application/json"]?.schema;
  let data = whole(document, whole(document, content).properties?.data);
  if (data.items) data = whole(document, data.items);
  return Object.entries(data.properties ?? {}).map(([name, node]) => {
    const schema = whole(document, node);
    return { name, type: kind(schema), description: schema.description ?? "" };
  });
}

function operation(document, base, path, item) {
  const methods = ["get", "post"].filter((method) => item[method]);
  if (methods.length === 0) return null;
  const first = item[methods[0]];
  const listed = [...(item.parameters ?? []), ...(first.parameters ?? [])].map((node) => resolve(document, node));
  const full = path.startsWith("/api/") ? path : `${base}${path}`;
  const name = full.replace(/^(\/local)?\/api\/json\//, "").replace(/\/$/, "");
  const answers = Object.entries(first.responses ?? {}).map(([code, node]) => ({ code, description: resolve(document, node).description ?? "" }));
  return {
    name,
    path: full,
    tag: first.tags?.[0] ?? name.split("/").slice(0, -1).join(" "),
    summary: first.summary ?? "",
    description: first.description ?? "",
    methods: methods.map((method) => method.toUpperCase()),
    parameters: listed
      .filter((parameter) => parameter.in === "query")
      .map((parameter) => ({ name: parameter.name, required: parameter.required === true, description: parameter.description ?? "", schema: whole(document, parameter.schema) })),
    answers,
    fields: fields(document, first.responses ?? {}),
  };
}

/** Every function of the document. @returns {Operation[]} */
export function operations(document) {
  const base = (document.servers?.[0]?.url ?? "").replace(/\/$/, "").replace(/^https?:\/\/[^/]+/, "");
  return Object.entries(document.paths ?? {})
    .map(([path, item]) => operation(document, base, path, item))
    .filter((found) => found !== null);
}
