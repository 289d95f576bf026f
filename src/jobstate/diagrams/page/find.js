'use strict';

/**
 * Finds the answers in a document, whatever wraps them (`jobstate.finding`): lists, events, texts
 * within texts; and the lines of `jobstate check --format json`, which finds also what is packed
 * or spelt otherwise.
 *
 * What is found has a `path` and is one of: an `answer`, with the `spelling` of its statuses, and
 * whether it is `bare`, in order, that is; a `report`, which the check has made; something that is
 * `passed` over, for it is of another kind; what was `expected` instead of what was `got`.
 */
const Finding = (() => {
  const { absent, at, isMapping, own, shown, under } = Reading;

  /** What all spellings of a name have in common. */
  const folded = (name) => name.replace(/[-_]/g, '').toLowerCase();

  const asJson = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };

  /** What a text says that is JSON, or has some a line; undefined of any other. */
  const parsed = (text) => {
    const lines = text.split('\n').filter((line) => line.trim()).map(asJson);
    return asJson(text) ?? (lines.includes(undefined) ? undefined : lines);
  };

  /** One search through one document. */
  class Search {
    constructor({ schema, finding }) {
      Object.assign(this, { schema, finding, seen: 0 });
    }

    /** Look at a value: so many mappings and lists are around it, and texts; or `bare` lists. */
    visit(value, path, depth, layers, bare) {
      const { finding, schema: { expected } } = this;
      this.seen += 1;
      const said = typeof value === 'string' && layers < finding.layers ? parsed(value) : null;
      if (said && typeof said !== 'number') return this.visit(said, path, depth, layers + 1, bare);
      if (typeof value !== 'object' || value === null)
        return bare ? [{ path, expected: expected.document, got: shown(value) }] : [];
      if (depth > finding.deepest) return [{ path, expected: expected.depth }];
      if (this.seen > finding.values) return [{ path, expected: finding.too_many }];
      if (!Array.isArray(value)) return this.mapping(value, path, depth + 1, layers, bare);
      const each = (one, place) => this.visit(one, `${path}[${place}]`, depth + 1, layers, bare);
      return value.flatMap(each);
    }

    mapping(value, path, depth, layers, bare) {
      const { lists = [], tells, envelopes = [] } = this.schema;
      const isAnswer = tells.every((place) => typeof at(value, place) === 'string');
      const isMarked = ({ marks: [[name, mark]] }) => own(value, name) === mark;
      const mayBe = ({ inside, marks }) => !absent(own(value, inside) ?? own(value, marks[0][0]));
      if (envelopes.some(isAnswer ? mayBe : isMarked))
        return this.event(value, envelopes.find(isMarked), path, depth, layers);
      if (isAnswer) return [this.answer(value, path, bare)];
      if (isMapping(value.lifecycle) && Array.isArray(value.violations))
        return [{ path, report: value }];
      const isOpen = ([name]) => !this.finding.closed.includes(folded(name));
      const list = bare && lists.find((name) => Array.isArray(own(value, name)));
      const inner = list ? [[list, value[list]]] : Object.entries(value).filter(isOpen);
      const found = inner.flatMap(([name, each]) =>
        this.visit(each, under(path, name), depth, layers, Boolean(list)),
      );
      return found.length || list ? found : this.nothingIn(value, path, bare);
    }

    answer(answer, path, bare, spelling) {
      this.seen = 0;
      return { path, answer, bare, spelling };
    }

    /** Whether something lacks but one of status, id and name. */
    isNearly(value) {
      const { tells, name } = this.schema;
      return [...tells.slice(0, 2), name].filter((path) => absent(at(value, path))).length < 2;
    }

    /** Take an answer out of the event around it; of its marks only the first must be there. */
    event(event, marked, path, depth, layers) {
      const { envelopes, expected, id } = this.schema;
      const { inside, marks, spelling } = marked ?? envelopes[0];
      const [held, where] = [own(event, inside), under(path, inside)];
      const found = isMapping(held) ? [] : this.visit(held, where, depth, layers, false);
      if (found.length) return found;
      if (isMapping(held) && absent(at(held, id)))
        return [{ path, passed: `${marks[0][1]} without ${id.join('.')}` }];
      const isOther = ([name, mark], place) =>
        place ? !absent(own(event, name)) && event[name] !== mark : !marked;
      const wrong = marks.filter(isOther).map(([name, mark]) => [name, `'${mark}'`]);
      if (!isMapping(held)) wrong.push([inside, expected.detail]);
      const problem = ([name, right]) =>
        ({ path: under(path, name), expected: right, got: shown(own(event, name)) });
      return wrong.length ? wrong.map(problem) : [this.answer(held, where, false, spelling)];
    }

    /** Say what a mapping is that has no answer in it; nothing of a list's page that is empty. */
    nothingIn(value, path, bare) {
      const { expected, lists = [], tells } = this.schema;
      const { lacking, nothing, texts } = this.finding;
      const stranger = this.strangerIn(value);
      if (bare && this.isNearly(value)) return [this.answer(value, path, bare)];
      if (stranger) return [{ path, passed: stranger }];
      const isPage = Object.values(value).some((each) => Array.isArray(each) && !each.length);
      if (!bare || isPage) return [];
      const list = lists.find((name) => Object.hasOwn(value, name));
      if (list)
        return [{ path: under(path, list), expected: expected.list, got: shown(value[list]) }];
      const missing = tells.filter((place) => absent(at(value, place)));
      const lacks = missing.map((place) => place.join('.')).join(' and ') || texts;
      const said = missing.length < tells.length ? lacking.replace('{lacks}', lacks) : nothing;
      return [{ path, expected: said, got: Object.keys(value).join(', ') }];
    }

    /** What something is, or is about, that looks like an event or an answer of another kind. */
    strangerIn(value) {
      const { stranger, ids } = this.finding;
      const { 'detail-type': kind, detail } = value;
      if (typeof kind === 'string' && detail !== undefined) return kind;
      const texts = Object.keys(value).filter((name) => typeof value[name] === 'string');
      const isStranger = (name) => {
        const [, noun] = new RegExp(stranger).exec(folded(name)) ?? [];
        return noun && texts.some((one) => ids.includes(folded(one).replace(noun, '')));
      };
      return texts.find(isStranger)?.replace(/[-_]?status$/i, '');
    }
  }

  /** Everything that is found in a document. */
  const find = (tables, document) => new Search(tables).visit(document, '', 0, 0, true);

  return { find, parsed };
})();
