import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { namedCharacter } from "../../../src/formats/xml/named-characters.js";
import { attributeOf, elementsAt, readElement, textOf, type XmlElement } from "../../../src/formats/xml/xml-element.js";
import { readXml, type XmlEvent } from "../../../src/formats/xml/xml-reader.js";

const file = "a.xml";

function events(text: string, limits: Limits = DEFAULT_LIMITS): XmlEvent[] {
  return [...readXml(text, { file, limits })];
}

function tree(text: string): XmlElement {
  const source = readXml(text, { file, limits: DEFAULT_LIMITS });
  for (let next = source.next(); !next.done; next = source.next()) {
    if (next.value.kind === "open") {
      const root = readElement(source, next.value);
      expect(source.next().done).toBe(true);
      return root;
    }
  }
  throw new Error("no element");
}

function refusal(text: string, limits?: Limits): FormatError {
  try {
    events(text, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  }
  throw new Error(`accepted: ${text}`);
}

describe("reading XML", () => {
  it("gives tags, attributes and text, and leaves comments, instructions and the document type out", () => {
    const text =
      '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE article PUBLIC "-//NLM//DTD > [x]//EN" "http://a/b.dtd">\n' +
      '<!-- & <no> &unknown; --><a x:href="1 &amp; 2" b=\'"\n\'>one<?pi <?>two<![CDATA[<&>]]><c/></a>\r\n<!-- end -->';
    expect(events(text)).toEqual([
      {
        kind: "open",
        name: "a",
        attributes: new Map([
          ["x:href", "1 & 2"],
          ["b", '" '],
        ]),
      },
      { kind: "text", text: "one" },
      { kind: "text", text: "two" },
      { kind: "text", text: "<&>" },
      { kind: "open", name: "c", attributes: new Map() },
      { kind: "close", name: "c" },
      { kind: "close", name: "a" },
    ]);
  });

  it("ends lines with LF and knows numbers and names of characters", () => {
    expect(textOf(tree("<a>&#x2014;&#8212;&mdash;&percnt;&minus;&isin;&Thetas;&agr;&b.alpha;&lt;</a>"))).toBe(
      "———%−∈Θα𝛂<",
    );
    expect(events("<a>1\r\n2\r3</a>")[1]).toEqual({ kind: "text", text: "1\n2\n3" });
    expect(events("<a>&#13;</a>")[1]).toEqual({ kind: "text", text: "\r" });
  });

  it.each([
    ["", "there is no element"],
    ["text", "text outside"],
    ["<a>", "<a> is never closed"],
    ["<a></b>", "</b> where <a> is"],
    ["<a/></a>", "</a> where nothing is open"],
    ["<a/><b/>", "a second root"],
    ["<a>\u0000</a>", "U+0000"],
    ["<a>&#0;</a>", "&#0; is unknown"],
    ["<a>&#xD800;</a>", "&#xD800; is unknown"],
    ["<a>&nosuch;</a>", "&nosuch; is unknown"],
    ["<a>&amp</a>", "& without a name"],
    ["<a>b & c</a>", "& without a name"],
    ["<a>]]></a>", "]]> in text"],
    ["<a b></a>", "has no value"],
    ["<a b=1/>", "a value in quotes"],
    ["<a b='1'c='2'/>", "white space is expected"],
    ["<a b='1' b='2'/>", "given twice"],
    ["<a b='<'/>", "< in the value"],
    ["<a b='1/>", "a value is never closed"],
    ["<a", "the XML ends inside a tag"],
    ["<1/>", "a name is expected"],
    ["< a/>", "a name is expected"],
    ["<a><!-- -- --></a>", "-- inside a comment"],
    ["<a><!-- </a>", "a comment is never closed"],
    ["<a><![CDATA[ </a>", "a CDATA section is never closed"],
    ["<a><? ?></a>", "a name is expected"],
    ["<a><?p </a>", "never closed"],
    [" <?xml version='1.0'?><a/>", "does not begin the file"],
    ["<!DOCTYPE a><!DOCTYPE a><a/>", "not at the beginning"],
    ["<a><!DOCTYPE a></a>", "not at the beginning"],
    ["<!DOCTYPE a 'x><a/>", "malformed"],
    ["<!DOCTYPE a", "never closed"],
    ["<!ELEMENT a ANY><a/>", "neither a tag nor a comment"],
  ])("refuses %j", (text, says) => {
    const error = refusal(text);
    expect(error.message).toContain(says);
    expect(error.message).toMatch(/^a\.xml:\d+:\d+: /);
  });

  it("refuses declarations of entities: nothing can expand", () => {
    const bomb = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]>\n<a>&y;</a>';
    expect(refusal(bomb).tag).toBe("format/xml-doctype");
    expect(refusal('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>&x1;</a>').tag).toBe("format/xml-entity");
  });

  it("names the line of what it refuses", () => {
    expect(refusal("<a>\n\n  &nosuch;</a>").fields).toMatchObject({ file, line: 3, column: 3 });
  });

  it("bounds depth and number of elements", () => {
    expect(refusal("<a>".repeat(70)).tag).toBe("format/too-deep");
    expect(refusal(`<a>${"<b/>".repeat(9)}</a>`, { ...DEFAULT_LIMITS, cells: 9 }).tag).toBe("format/too-many-cells");
    expect(events(`<a>${"<b/>".repeat(8)}</a>`, { ...DEFAULT_LIMITS, cells: 9 })).toHaveLength(18);
  });

  it("knows the names of HTML, MathML and the ISO sets, each for one or two characters", () => {
    for (const [name, character] of Object.entries({
      aacute: "á",
      hellip: "…",
      thinsp: "\u2009",
      le: "≤",
      nbsp: "\u00a0",
      NotEqualTilde: "≂̸",
      OHacgr: "Ώ",
      zwnj: "\u200c",
    })) {
      expect(namedCharacter(name), name).toBe(character);
    }
    expect(namedCharacter("constructor")).toBeUndefined();
  });
});

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Node | string)[];
}

const name = fc.stringMatching(/^[a-zA-Z_é][a-zA-Z0-9._é-]{0,5}$/);
const characters = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
  text.replace(/\p{Cs}/gu, "").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "&"),
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    name,
    attributes: fc.dictionary(name, characters, { maxKeys: 3 }),
    children: fc.array(fc.oneof({ depthSize: "small", withCrossShrink: true }, characters, tie("node")), {
      maxLength: 4,
    }),
  }),
}));

const escaped = (text: string) => text.replace(/[&<>"'\r\n\t]/g, (found) => `&#${found.charCodeAt(0)};`);

function written({ name, attributes, children }: Node): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inside = children.map((child) => (typeof child === "string" ? escaped(child) : written(child))).join("");
  return inside === "" ? `<${name}${list.join("")}/>` : `<${name}${list.join("")}>${inside}</${name}>`;
}

function plain(element: XmlElement): unknown {
  return {
    name: element.name,
    attributes: Object.fromEntries(element.attributes),
    children: merged(element.children).map((child) => (typeof child === "string" ? child : plain(child))),
  };
}

function merged<T>(children: readonly (T | string)[]): (T | string)[] {
  const out: (T | string)[] = [];
  for (const child of children) {
    if (typeof child === "string" && typeof out.at(-1) === "string") out[out.length - 1] += child as never;
    else if (child !== "") out.push(child);
  }
  return out;
}

function mergedNode({ name, attributes, children }: Node): unknown {
  return {
    name,
    attributes: { ...attributes },
    children: merged(children).map((child) => (typeof child === "string" ? child : mergedNode(child))),
  };
}

describe("any XML", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(node, (root) => {
        expect(plain(tree(written(root)))).toEqual(mergedNode(root));
      }),
    );
  });

  it("is read or refused with a tag and a line, cut or changed anywhere", () => {
    fc.assert(
      fc.property(node, fc.nat(), fc.string({ maxLength: 3 }), (root, at, inserted) => {
        const text = written(root);
        const place = at % (text.length + 1);
        for (const broken of [text.slice(0, place), text.slice(0, place) + inserted + text.slice(place)]) {
          try {
            events(broken);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
            expect((error as FormatError).fields.line).toBeGreaterThan(0);
          }
        }
      }),
    );
  });
});

describe("a tree of elements", () => {
  it("is searched by local names", () => {
    const root = tree('<m:a xmlns:x="u"><b><c x:href="h"> one <i>two</i>\n</c></b><b><c/></b></m:a>');
    const found = elementsAt(root, "b", "c");
    expect(found.map(textOf)).toEqual(["one two", ""]);
    expect(attributeOf(found[0] as XmlElement, "href")).toBe("h");
    expect(attributeOf(found[1] as XmlElement, "href")).toBeUndefined();
    expect(textOf(undefined)).toBe("");
  });
});
