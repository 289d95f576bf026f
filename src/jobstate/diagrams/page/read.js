'use strict';

/**
 * How answers are read by their schema (`jobstate.model.answer_schema`), as the life cycle's own reader reads them.
 *
 * Knows no service: every name, bound and text comes from the tables. What can't be read is said
 * in words, with its path; nothing here throws on any JSON.
 */
const Reading = (() => {
  const SECOND = 1_000_000;
  const MINUTE = 60 * SECOND;
  const FIRST = Date.UTC(2000, 0, 1) / 1000;
  const BEYOND = Date.UTC(2100, 0, 1) / 1000;
  const LONGEST_TIME = 64;
  const SHOWN = 300;
  const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
  const IS_NUMBER = /^[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[Ee]\+?[0-9]{1,2})?$/;
  const ISO = new RegExp(
    '^(\\d{4})-(\\d\\d)-(\\d\\d)[^]' +
      '(\\d\\d)(?::(\\d\\d)(?::(\\d\\d)(?:[.,](\\d+))?)?)?' +
      '(?:(Z)|([+-])(\\d\\d):?(\\d\\d)(?::?(\\d\\d)(?:\\.(\\d+))?)?)$',
  );

  // --- Sentences --------------------------------------------------------------------------

  /** Says the sentences of a table, with values in their fields as by Python's `str.format`. */
  const sayer =
    (sentences) =>
    (key, values = {}) =>
      sentences[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // --- Values -----------------------------------------------------------------------------

  /** A plain object, as JSON has them. */
  const isMapping = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

  /** Own fields only: an answer may well have a field called "constructor". */
  const own = (mapping, name) => (Object.hasOwn(mapping, name) ? mapping[name] : undefined);

  const absent = (value) => value === undefined || value === null;

  /** How long a text is, in characters rather than halves of surrogate pairs. */
  const lengthOf = (text) => {
    let length = 0;
    for (const _ of text) length += 1;
    return length;
  };

  /** A value as an error shows it: on one line, cut to a bearable length. */
  const shown = (value) => {
    let text;
    if (Array.isArray(value)) text = `a list of ${value.length}`;
    else if (isMapping(value)) text = 'a mapping';
    else text = pythonic(value);
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  };

  const ESCAPES = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

  const hex = (code, digits) => code.toString(16).padStart(digits, '0');

  /** One character as Python's `ascii` spells it. */
  const spelled = (each, quote) => {
    if (each === quote) return `\\${each}`;
    if (each in ESCAPES) return ESCAPES[each];
    const code = each.codePointAt(0);
    if (code >= 0x20 && code < 0x7f) return each;
    if (code <= 0xff) return `\\x${hex(code, 2)}`;
    return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  };

  /** A scalar as Python's `ascii` prints it, for the same message as Python's. */
  const pythonic = (value) => {
    if (typeof value === 'string') {
      const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
      return quote + Array.from(value, (each) => spelled(each, quote)).join('') + quote;
    }
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return value === null ? 'None' : String(value);
  };

  /** A value as a message prints it, cut like Python's. */
  const valueText = (say, value) => {
    if (value instanceof Time) return clock(value);
    const text = pythonic(value);
    if (text.length <= SHOWN) return text;
    const length = text.length.toLocaleString('en-US');
    return say('cut', { start: text.slice(0, SHOWN), length });
  };

  // --- Times ------------------------------------------------------------------------------

  /** A moment in whole microseconds since 1970, which fit into a number until 2255. */
  class Time {
    constructor(micros) {
      this.micros = micros;
    }
  }

  const fraction = (micros) => ((micros % SECOND) + SECOND) % SECOND;

  /** Round as Python does: a half to the even neighbour. */
  const roundHalfEven = (number) => {
    const low = Math.floor(number);
    const rest = number - low;
    if (rest === 0.5) return low % 2 === 0 ? low : low + 1;
    return rest < 0.5 ? low : low + 1;
  };

  const fromSeconds = (number) => {
    const whole = Math.trunc(number);
    return new Time(whole * SECOND + roundHalfEven((number - whole) * 1e6));
  };

  const fromNumber = (number) => {
    if (number >= FIRST && number < BEYOND) return fromSeconds(number);
    if (number >= FIRST * 1000 && number < BEYOND * 1000) return fromSeconds(number / 1000);
    return null;
  };

  const toMicros = (digits) => Number((digits ?? '').slice(0, 6).padEnd(6, '0'));

  /** The offset of a matched text in microseconds; NaN where it is none. */
  const offsetOf = ([, , , , , , , , zulu, sign, hours, minutes, seconds, rest]) => {
    if (zulu) return 0;
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return NaN;
    const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
    return (sign === '-' ? -1 : 1) * (whole * SECOND + toMicros(rest));
  };

  const fromIso = (text) => {
    const found = ISO.exec(text);
    if (!found) return null;
    const [year, month, day, hour, minute, second] = found
      .slice(1, 7)
      .map((part) => Number(part ?? 0));
    const noon = new Date(Date.UTC(year, month - 1, day));
    const fits = month >= 1 && noon.getUTCMonth() === month - 1 && noon.getUTCDate() === day;
    if (!fits || year < 1 || hour > 23 || minute > 59 || second > 59) return null;
    const whole = Date.UTC(year, month - 1, day, hour, minute, second) * 1000;
    const micros = whole + toMicros(found[7]) - offsetOf(found);
    return Number.isNaN(micros) ? null : new Time(micros);
  };

  /** A time of whatever form; null where it is none, or out of all bounds. */
  const timeOf = (value) => {
    let time = null;
    if (typeof value === 'number') time = fromNumber(value);
    else if (typeof value === 'string' && lengthOf(value) <= LONGEST_TIME)
      time = value[4] !== '-' && IS_NUMBER.test(value) ? fromNumber(Number(value)) : fromIso(value);
    const inRange = time !== null && time.micros >= FIRST * SECOND && time.micros < BEYOND * SECOND;
    return inRange ? time : null;
  };

  const cut = (one, other) => {
    if (fraction(other.micros)) return one.micros;
    const unit = Math.floor(other.micros / SECOND) % 60 ? SECOND : MINUTE;
    return Math.floor(one.micros / unit) * unit;
  };

  /** Two times agree at the coarser of the precisions that they were printed at. */
  const sameTime = (one, other) => {
    if (one.micros === other.micros) return true;
    if (fraction(one.micros) && fraction(other.micros)) return false;
    return cut(one, other) === cut(other, one);
  };

  const isBefore = (one, other) => one.micros < other.micros && !sameTime(one, other);

  /** A time as people read it: UTC, as finely as it is known. */
  const clock = (time) => {
    const rest = fraction(time.micros);
    const date = new Date((time.micros - rest) / 1000);
    const text = date.toISOString().slice(0, 19).replace('T', ' ');
    if (!rest) return text;
    const digits = String(rest).padStart(6, '0');
    return `${text}.${rest % 1000 ? digits : digits.slice(0, 3)}`;
  };

  // --- Fields -----------------------------------------------------------------------------

  const patterns = new Map();

  const matches = (pattern, text) => {
    if (!patterns.has(pattern)) patterns.set(pattern, new RegExp(`^(?:${pattern})$`));
    return patterns.get(pattern).test(text);
  };

  const isText = (field, value) => {
    if (typeof value !== 'string' || LONE.test(value)) return false;
    const length = lengthOf(value);
    if (length < (field.shortest ?? 0) || length > field.longest) return false;
    return !field.pattern || matches(field.pattern, value);
  };

  /** The segment of a text that is wrong, with what was found there; undefined of no such. */
  const wrongSegment = (field, value) => {
    let rest = typeof value === 'string' ? value : '';
    for (const segment of field.segments ?? []) {
      const end = segment.end ? rest.indexOf(segment.end) : -1;
      const found = end < 0 ? rest : rest.slice(0, end);
      if (!matches(segment.pattern, found)) return segment.name ? { ...segment, found } : undefined;
      rest = end < 0 ? '' : rest.slice(end + segment.end.length);
    }
    return undefined;
  };

  const isCount = (field, value) => Number.isInteger(value) && value >= 0 && value <= field.longest;

  /** Reads fields and collects what is wrong, each problem with its path. */
  class Fields {
    constructor(schema) {
      this.expected = sayer(schema.expected);
      this.problems = [];
    }

    refuse(path, field, value) {
      const wrong = wrongSegment(field, value);
      const said = wrong && { expected: field.expected, segment: wrong.name, right: wrong.expected };
      const expected = said ? this.expected('segment', said) : field.expected;
      const got = said ? `${shown(wrong.found)} in ${shown(value)}` : shown(value);
      this.problems.push({ path, expected, got });
    }

    /** The value of a field as it should be; undefined where it is absent or can't be read. */
    read(field, value, path) {
      if (absent(value)) {
        if (field.required)
          this.problems.push({ path, expected: this.expected('required', field), got: '' });
        return undefined;
      }
      const read = this[field.kind](field, value, path);
      if (read === undefined) this.refuse(path, field, value);
      return read === null ? undefined : read;
    }

    text(field, value) {
      return isText(field, value) ? value : undefined;
    }

    status(field, value) {
      return this.text(field, value);
    }

    time(_, value) {
      return timeOf(value) ?? undefined;
    }

    count(field, value) {
      return isCount(field, value) ? value : undefined;
    }

    flag(_, value) {
      return typeof value === 'boolean' ? value : undefined;
    }

    part(field, value, path) {
      return isMapping(value) ? this.all(field.fields, value, path) : undefined;
    }

    parts(field, value, path) {
      if (!Array.isArray(value) || value.length > field.longest) return undefined;
      return value.map((each, place) => this.inList(field, each, `${path}[${place}]`));
    }

    texts(field, value, path) {
      if (!Array.isArray(value) || value.length > field.longest) return undefined;
      return value.map((each, place) => this.read(field.each, each, `${path}[${place}]`));
    }

    inList(field, value, path) {
      if (isMapping(value)) return this.all(field.fields, value, path);
      this.problems.push({ path, expected: this.expected('mapping'), got: shown(value) });
      return {};
    }

    all(fields, mapping, path) {
      const found = {};
      for (const [name, field] of Object.entries(fields)) {
        const value = this.read(field, own(mapping, name), path ? `${path}.${name}` : name);
        if (value !== undefined) found[name] = value;
      }
      return found;
    }
  }

  // --- Documents --------------------------------------------------------------------------

  const inside = (path, name) => (path ? `${path}.${name}` : name);

  const envelopesOf = (schema) => schema.envelopes ?? [];

  const isEvent = (schema, answer) =>
    envelopesOf(schema).some(
      ({ inside: held, marks }) =>
        Object.hasOwn(answer, held) || Object.hasOwn(answer, marks[0][0]),
    );

  /** Which envelope an event is, and why no answer is in it; of marks only the first must be there. */
  const envelopeOf = (schema, event, path) => {
    const envelopes = envelopesOf(schema);
    const [first] = envelopes[0].marks[0];
    const marked = envelopes.find(({ marks }) => own(event, first) === marks[0][1]);
    const envelope = marked ?? envelopes[0];
    const problems = [];
    const refuse = (name, expected) =>
      problems.push({ path: inside(path, name), expected, got: shown(own(event, name)) });
    if (!marked) refuse(first, envelopes.map(({ marks }) => `'${marks[0][1]}'`).join(' or '));
    for (const [name, wanted] of envelope.marks.slice(1))
      if (!absent(own(event, name)) && own(event, name) !== wanted) refuse(name, `'${wanted}'`);
    if (!isMapping(own(event, envelope.inside))) refuse(envelope.inside, schema.expected.detail);
    return { envelope, problems };
  };

  /** Split a list into answers. */
  function* each(schema, values, path, depth) {
    if (!Array.isArray(values)) {
      yield { path, problems: [{ path, expected: schema.expected.list, got: shown(values) }] };
    } else if (depth > schema.deepest + 1) {
      yield { path, problems: [{ path, expected: schema.expected.depth, got: '' }] };
    } else {
      for (const [place, value] of values.entries())
        yield* pieces(schema, value, `${path}[${place}]`, depth);
    }
  }

  /** Split a document into answers about one job each, with the path of each in it. */
  function* pieces(schema, document, path = '', depth = 0) {
    if (Array.isArray(document)) {
      yield* each(schema, document, path, depth + 1);
      return;
    }
    if (!isMapping(document)) {
      const expected = schema.expected.document;
      yield { path, problems: [{ path, expected, got: shown(document) }] };
      return;
    }
    const list = (schema.lists ?? []).find((name) => Object.hasOwn(document, name));
    const whole = !path && Object.hasOwn(document, schema.id[0]);
    if (list !== undefined && !whole) {
      yield* each(schema, document[list], inside(path, list), depth + 1);
      return;
    }
    yield* unwrapped(schema, document, path);
  }

  /** What a mapping would have to have to be an answer; nothing of one that lacks but one field. */
  const lackedBy = ({ tells, name, no_answer: { lacking, nothing } }, answer) => {
    const lacks = (path) => absent(at(answer, path));
    if ([...tells.slice(0, 2), name].filter(lacks).length < 2) return null;
    const missing = tells.filter(lacks).map((path) => path.join('.'));
    return missing.length < tells.length
      ? lacking.replace('{lacks}', missing.join(' and '))
      : nothing;
  };

  /** Take an answer out of the event around it. */
  function* unwrapped(schema, answer, path) {
    if (!isEvent(schema, answer)) {
      const expected = lackedBy(schema, answer);
      yield expected ? { path, problems: [{ path, expected, got: shown(answer) }] } : { path, answer };
      return;
    }
    const { envelope, problems } = envelopeOf(schema, answer, path);
    if (problems.length) yield { path, problems };
    else {
      const { inside: held, spelling } = envelope;
      yield { path: inside(path, held), answer: answer[held], spelling };
    }
  }

  /** Which shape an answer has, by its number. */
  const shapeOf = ({ shapes }, answer) => {
    const found = shapes.findIndex(({ fields }, place) => {
      const later = shapes.slice(place + 1);
      return Object.keys(fields).some(
        (name) =>
          Object.hasOwn(answer, name) && !later.some((each) => Object.hasOwn(each.fields, name)),
      );
    });
    return found < 0 ? shapes.length - 1 : found;
  };

  const at = (record, path) =>
    path.reduce((found, name) => (found === undefined ? found : own(found, name)), record);

  // --- Observations -----------------------------------------------------------------------

  const FEATURE_TESTS = {
    is: (value) => value,
    there: () => true,
    positive: (value) => (value > 0 ? true : undefined),
    excluded: () => false,
  };

  /** What stands at a path, of lists in it whatever one of them has; undefined for nothing. */
  const someAt = (record, path) =>
    path.reduce((found, name) => found.flatMap((each) => own(each, name) ?? []), [record])[0];

  const featuresOf = (schema, record) => {
    const features = {};
    for (const { feature, path, test } of schema.signs ?? []) {
      const value = someAt(record, path);
      const tells = value === undefined ? undefined : FEATURE_TESTS[test](value);
      if (tells !== undefined) features[feature] = tells;
    }
    return features;
  };

  const shownOf = (schema, record, spelling = {}) => {
    const found = {};
    const spelt = (status) => own(spelling, status) ?? status;
    for (const { region, primary, secondary, previous } of schema.places) {
      const status = at(record, primary);
      if (status !== undefined)
        found[region] = {
          primary: spelt(status),
          secondary: spelt((secondary ? at(record, secondary) : undefined) ?? null),
          previous: spelt((previous ? at(record, previous) : undefined) ?? null),
        };
    }
    return found;
  };

  const entriesOf = ({ stays }, record) =>
    ((stays && at(record, stays.path)) ?? []).map((stay) => ({
      status: stay[stays.status],
      start: stay[stays.start],
      end: stay[stays.end] ?? null,
    }));

  /** What shows more of an end than its status; nothing where nothing does. */
  const endOf = ({ ends = [], places }, record, shown) => {
    const status = shown[places[0].region]?.primary;
    const holds = ({ path, begins }) => {
      const value = at(record, path);
      return begins ? typeof value === 'string' && value.startsWith(begins) : value === true;
    };
    return ends.find((each) => each.status === status && holds(each));
  };

  /**
   * Fields that have a value, of a list how many are in it: some sources print an empty text for
   * what a job does not have.
   */
  const valuesOf = (schema, record) => {
    const found = new Map();
    for (const [name, path] of Object.entries(schema.values)) {
      const there = at(record, path);
      const value = Array.isArray(there) ? there.length : there;
      if (value !== undefined && value !== '' && value !== false) found.set(name, value);
    }
    return found;
  };

  /** What one answer says: an observation, or the problems that it has. */
  const observe = (schema, { answer, spelling }) => {
    const fields = new Fields(schema);
    const shape = shapeOf(schema, answer);
    const record = fields.all(schema.shapes[shape].fields, answer, '');
    if (fields.problems.length) return { problems: fields.problems };
    const [name, created] = [schema.id, schema.created].map((path) => at(record, path));
    const shown = shownOf(schema, record, spelling);
    const end = endOf(schema, record, shown);
    return {
      job: { name, created: Math.floor(created.micros / SECOND) },
      shown,
      outcome: end?.outcome ?? null,
      cause: end?.cause ?? null,
      features: featuresOf(schema, record),
      entries: entriesOf(schema, record),
      modified: (schema.modified && at(record, schema.modified)) ?? null,
      failureReason: (schema.failure_reason && at(record, schema.failure_reason)) || null,
      values: valuesOf(schema, record),
      possible: schema.possible[shape],
    };
  };

  const under = (prefix, path) => {
    if (!prefix || !path || path.startsWith('[')) return prefix + path;
    return `${prefix}.${path}`;
  };

  const allUnder = (prefix, problems) =>
    problems?.map((problem) => ({ ...problem, path: under(prefix, problem.path) }));

  /** The answers of a document; a list of documents is no list within a document. */
  function* documents(schema, document) {
    if (!Array.isArray(document)) {
      yield* pieces(schema, document);
      return;
    }
    for (const [place, one] of document.entries())
      for (const piece of pieces(schema, one, '', 1)) {
        const prefix = `[${place}]`;
        const path = under(prefix, piece.path);
        yield { ...piece, path, problems: allUnder(prefix, piece.problems) };
      }
  }

  /** Every answer of a document: `{path, problems}` or `{path, observation}`. */
  const read = (schema, document) =>
    Array.from(documents(schema, document), (piece) => {
      if (piece.problems) return piece;
      const found = observe(schema, piece);
      if (!found.problems) return { path: piece.path, observation: found };
      return { path: piece.path, problems: allUnder(piece.path, found.problems) };
    });

  return { Time, clock, isBefore, read, sameTime, sayer, valueText };
})();
